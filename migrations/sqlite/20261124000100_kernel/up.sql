CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id TEXT NOT NULL CONSTRAINT events_id_key UNIQUE,
    kind TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    organization_id TEXT,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_version BIGINT,
    marking TEXT NOT NULL CONSTRAINT events_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    payload TEXT NOT NULL,
    request_id TEXT NOT NULL,
    position BIGINT CONSTRAINT events_position_key UNIQUE,
    hash TEXT,
    CONSTRAINT events_position_hash_check CHECK ((position IS NULL) = (hash IS NULL))
);
CREATE INDEX events_without_position_idx ON events (sequence) WHERE position IS NULL;
CREATE INDEX events_subject_idx ON events (subject_id, sequence);

CREATE TABLE worker_leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT,
    location TEXT,
    etag TEXT,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- The journal is append-only: an event is never changed, but for the one time it gets its position.
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
WHEN OLD.position IS NOT NULL
    OR NEW.sequence IS NOT OLD.sequence OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind
    OR NEW.occurred_at IS NOT OLD.occurred_at OR NEW.actor_kind IS NOT OLD.actor_kind
    OR NEW.actor_id IS NOT OLD.actor_id OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
    OR NEW.subject_version IS NOT OLD.subject_version OR NEW.marking IS NOT OLD.marking
    OR NEW.payload IS NOT OLD.payload OR NEW.request_id IS NOT OLD.request_id
BEGIN
    SELECT RAISE(ABORT, 'events_append_only');
END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events_append_only');
END;
