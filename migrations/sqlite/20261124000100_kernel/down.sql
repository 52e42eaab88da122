DROP TABLE idempotency_keys;
DROP TABLE worker_leases;
DROP TABLE events;
