CREATE TABLE minutes (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL CONSTRAINT minutes_session_id_fkey REFERENCES assembly_sessions (id) CONSTRAINT minutes_session_id_key UNIQUE,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT minutes_status_check CHECK (status IN ('draft', 'approved')),
    -- Markdown.
    text TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" CONSTRAINT minutes_basis_check CHECK (basis IN ('poll', 'unanimous_consent', 'no_objection')),
    basis_poll_id TEXT COLLATE "C" CONSTRAINT minutes_basis_poll_id_fkey REFERENCES polls (id),
    approved_by TEXT COLLATE "C" CONSTRAINT minutes_approved_by_fkey REFERENCES users (id),
    approved_at TIMESTAMP,
    -- Over the text and the records, as they were approved.
    hash TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- The hash of every record that approved minutes stand on.
CREATE TABLE minutes_records (
    session_id TEXT COLLATE "C" NOT NULL CONSTRAINT minutes_records_session_id_fkey REFERENCES assembly_sessions (id),
    kind TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    CONSTRAINT minutes_records_pkey PRIMARY KEY (session_id, kind, record_id)
);
CREATE FUNCTION minutes_records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'minutes_records_append_only';
END;
$$;
CREATE TRIGGER minutes_records_no_update BEFORE UPDATE ON minutes_records
    FOR EACH ROW EXECUTE FUNCTION minutes_records_append_only();
CREATE TRIGGER minutes_records_no_delete BEFORE DELETE ON minutes_records
    FOR EACH ROW EXECUTE FUNCTION minutes_records_append_only();

CREATE TABLE minutes_corrections (
    session_id TEXT COLLATE "C" NOT NULL CONSTRAINT minutes_corrections_session_id_fkey REFERENCES assembly_sessions (id),
    ordinal BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    -- Over this correction and the hash before it.
    hash TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT minutes_corrections_pkey PRIMARY KEY (session_id, ordinal)
);
CREATE FUNCTION minutes_corrections_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'minutes_corrections_append_only';
END;
$$;
CREATE TRIGGER minutes_corrections_no_update BEFORE UPDATE ON minutes_corrections
    FOR EACH ROW EXECUTE FUNCTION minutes_corrections_append_only();
CREATE TRIGGER minutes_corrections_no_delete BEFORE DELETE ON minutes_corrections
    FOR EACH ROW EXECUTE FUNCTION minutes_corrections_append_only();
