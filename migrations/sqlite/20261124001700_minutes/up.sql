CREATE TABLE minutes (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT minutes_session_id_fkey REFERENCES assembly_sessions (id) CONSTRAINT minutes_session_id_key UNIQUE,
    status TEXT NOT NULL CONSTRAINT minutes_status_check CHECK (status IN ('draft', 'approved')),
    -- Markdown.
    text TEXT NOT NULL,
    basis TEXT CONSTRAINT minutes_basis_check CHECK (basis IN ('poll', 'unanimous_consent', 'no_objection')),
    basis_poll_id TEXT CONSTRAINT minutes_basis_poll_id_fkey REFERENCES polls (id),
    approved_by TEXT CONSTRAINT minutes_approved_by_fkey REFERENCES users (id),
    approved_at TIMESTAMP,
    -- Over the text and the records, as they were approved.
    hash TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- The hash of every record that approved minutes stand on.
CREATE TABLE minutes_records (
    session_id TEXT NOT NULL CONSTRAINT minutes_records_session_id_fkey REFERENCES assembly_sessions (id),
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT minutes_records_pkey PRIMARY KEY (session_id, kind, record_id)
);
CREATE TRIGGER minutes_records_no_update BEFORE UPDATE ON minutes_records
BEGIN
    SELECT RAISE(ABORT, 'minutes_records_append_only');
END;
CREATE TRIGGER minutes_records_no_delete BEFORE DELETE ON minutes_records
BEGIN
    SELECT RAISE(ABORT, 'minutes_records_append_only');
END;

CREATE TABLE minutes_corrections (
    session_id TEXT NOT NULL CONSTRAINT minutes_corrections_session_id_fkey REFERENCES assembly_sessions (id),
    ordinal BIGINT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    -- Over this correction and the hash before it.
    hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT minutes_corrections_pkey PRIMARY KEY (session_id, ordinal)
);
CREATE TRIGGER minutes_corrections_no_update BEFORE UPDATE ON minutes_corrections
BEGIN
    SELECT RAISE(ABORT, 'minutes_corrections_append_only');
END;
CREATE TRIGGER minutes_corrections_no_delete BEFORE DELETE ON minutes_corrections
BEGIN
    SELECT RAISE(ABORT, 'minutes_corrections_append_only');
END;
