CREATE TABLE mail_messages (
    id TEXT PRIMARY KEY NOT NULL,
    -- What the mail is for, in the words of whoever queued it: the same mail is never queued twice.
    once TEXT NOT NULL CONSTRAINT mail_messages_once_key UNIQUE,
    kind TEXT NOT NULL,
    template_version BIGINT NOT NULL,
    status TEXT NOT NULL CONSTRAINT mail_messages_status_check CHECK (status IN ('queued', 'handed_over', 'sent', 'in_doubt', 'failed', 'bounced', 'withdrawn', 'gathered')),
    to_name TEXT,
    to_email TEXT NOT NULL,
    to_email_folded TEXT NOT NULL,
    organization_id TEXT CONSTRAINT mail_messages_organization_id_fkey REFERENCES organizations (id),
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- What the template shows, the token of its link (sealed) and its appointment. Erased once it is
    -- sent, withdrawn or gathered.
    contents TEXT,
    sealed_secret TEXT,
    meeting TEXT,
    -- It does not wait for the end of quiet hours.
    is_urgent BOOLEAN NOT NULL,
    -- The digest that it went into.
    digest_id TEXT CONSTRAINT mail_messages_digest_id_fkey REFERENCES mail_messages (id),
    attempts BIGINT NOT NULL,
    -- Attempts since it was last queued: the place in the schedule of retries.
    round_attempts BIGINT NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    claimed_by TEXT,
    last_error TEXT,
    sent_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX mail_messages_due_idx ON mail_messages (next_attempt_at, id) WHERE status = 'queued';
CREATE INDEX mail_messages_handed_over_idx ON mail_messages (claimed_by) WHERE status = 'handed_over';
CREATE INDEX mail_messages_subject_id_idx ON mail_messages (subject_id, created_at, id);
CREATE INDEX mail_messages_to_email_folded_idx ON mail_messages (to_email_folded, created_at, id);
CREATE INDEX mail_messages_digest_id_idx ON mail_messages (digest_id);
CREATE INDEX mail_messages_created_at_idx ON mail_messages (created_at, id);

-- What a recipient has asked for, with an account or without.
CREATE TABLE mail_preferences (
    email_folded TEXT PRIMARY KEY NOT NULL,
    time_zone TEXT,
    has_quiet_hours BOOLEAN NOT NULL,
    -- Local times, HH:MM; those of the installation where there are none.
    quiet_from TEXT,
    quiet_until TEXT,
    delivery TEXT NOT NULL CONSTRAINT mail_preferences_delivery_check CHECK (delivery IN ('single', 'digest')),
    -- Kinds of mail that are not wanted, separated by spaces.
    unsubscribed TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Addresses that a mail server has refused.
CREATE TABLE mail_bounces (
    email_folded TEXT PRIMARY KEY NOT NULL,
    reason TEXT NOT NULL,
    bounced_at TIMESTAMP NOT NULL
);

-- Locked while messages are claimed, so that two replicas do not claim the same.
INSERT INTO worker_leases (name, holder, expires_at) VALUES ('mail-claims', '', '1970-01-01 00:00:00');
