CREATE TABLE events (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL CONSTRAINT events_id_key UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    organization_id TEXT COLLATE "C",
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    subject_version BIGINT,
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT events_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    payload TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    position BIGINT CONSTRAINT events_position_key UNIQUE,
    hash TEXT COLLATE "C",
    CONSTRAINT events_position_hash_check CHECK ((position IS NULL) = (hash IS NULL))
);
CREATE INDEX events_without_position_idx ON events (sequence) WHERE position IS NULL;
CREATE INDEX events_subject_idx ON events (subject_id, sequence);

CREATE TABLE worker_leases (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE idempotency_keys (
    caller TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    status INTEGER NOT NULL,
    body TEXT COLLATE "C",
    location TEXT COLLATE "C",
    etag TEXT COLLATE "C",
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- The journal is append-only: an event is never changed, but for the one time it gets its position.
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL
        AND (to_jsonb(NEW) - 'position' - 'hash') = (to_jsonb(OLD) - 'position' - 'hash') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events_append_only' USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_append_only();
