DELETE FROM worker_leases WHERE name = 'mail-claims';
DROP TABLE mail_bounces;
DROP TABLE mail_preferences;
DROP TABLE mail_messages;
