CREATE TABLE motions (
    id TEXT PRIMARY KEY NOT NULL,
    assembly_id TEXT NOT NULL CONSTRAINT motions_assembly_id_fkey REFERENCES assemblies (id),
    -- The session in which it was brought, and the item under which it is taken up.
    session_id TEXT NOT NULL CONSTRAINT motions_session_id_fkey REFERENCES assembly_sessions (id),
    agenda_item_id TEXT CONSTRAINT motions_agenda_item_id_fkey REFERENCES agenda_items (id),
    -- Given when it is moved, counting from 1 in each assembly.
    number BIGINT,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    text TEXT NOT NULL,
    text_version BIGINT NOT NULL,
    status TEXT NOT NULL CONSTRAINT motions_status_check CHECK (status IN ('draft', 'moved', 'seconded', 'tabled', 'referred', 'in_vote', 'carried', 'failed', 'withdrawn')),
    -- An amendment: the motion that it amends, and the version of its text that it was written against.
    amends_id TEXT CONSTRAINT motions_amends_id_fkey REFERENCES motions (id),
    base_text_version BIGINT,
    mover_seat_id TEXT CONSTRAINT motions_mover_seat_id_fkey REFERENCES seats (id),
    moved_by TEXT CONSTRAINT motions_moved_by_fkey REFERENCES users (id),
    moved_at TIMESTAMP,
    -- The motion of another assembly that it was forwarded from.
    origin_id TEXT CONSTRAINT motions_origin_id_fkey REFERENCES motions (id),
    referred_to TEXT,
    created_by_kind TEXT NOT NULL,
    created_by_id TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT motions_amendment_check CHECK ((amends_id IS NULL) = (base_text_version IS NULL))
);
CREATE UNIQUE INDEX motions_number_key ON motions (assembly_id, number) WHERE number IS NOT NULL;
CREATE INDEX motions_assembly_id_idx ON motions (assembly_id, created_at, id);
CREATE INDEX motions_session_id_idx ON motions (session_id, created_at, id);
CREATE INDEX motions_amends_id_idx ON motions (amends_id);
CREATE INDEX motions_origin_id_idx ON motions (origin_id);

CREATE TABLE motion_texts (
    motion_id TEXT NOT NULL CONSTRAINT motion_texts_motion_id_fkey REFERENCES motions (id),
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    -- The amendment that made it, if one did.
    amendment_id TEXT CONSTRAINT motion_texts_amendment_id_fkey REFERENCES motions (id),
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT motion_texts_pkey PRIMARY KEY (motion_id, version)
);
CREATE TRIGGER motion_texts_no_update BEFORE UPDATE ON motion_texts
BEGIN
    SELECT RAISE(ABORT, 'motion_texts_append_only');
END;
CREATE TRIGGER motion_texts_no_delete BEFORE DELETE ON motion_texts
BEGIN
    SELECT RAISE(ABORT, 'motion_texts_append_only');
END;

CREATE TABLE motion_seconds (
    motion_id TEXT NOT NULL CONSTRAINT motion_seconds_motion_id_fkey REFERENCES motions (id),
    seat_id TEXT NOT NULL CONSTRAINT motion_seconds_seat_id_fkey REFERENCES seats (id),
    user_id TEXT NOT NULL CONSTRAINT motion_seconds_user_id_fkey REFERENCES users (id),
    session_id TEXT NOT NULL CONSTRAINT motion_seconds_session_id_fkey REFERENCES assembly_sessions (id),
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT motion_seconds_pkey PRIMARY KEY (motion_id, seat_id)
);
CREATE TRIGGER motion_seconds_no_update BEFORE UPDATE ON motion_seconds
BEGIN
    SELECT RAISE(ABORT, 'motion_seconds_append_only');
END;
CREATE TRIGGER motion_seconds_no_delete BEFORE DELETE ON motion_seconds
BEGIN
    SELECT RAISE(ABORT, 'motion_seconds_append_only');
END;

-- How a motion came to stand where it does, and in which session each step was taken.
CREATE TABLE motion_steps (
    motion_id TEXT NOT NULL CONSTRAINT motion_steps_motion_id_fkey REFERENCES motions (id),
    ordinal BIGINT NOT NULL,
    -- None of a step that belongs to no session: forwarding.
    session_id TEXT CONSTRAINT motion_steps_session_id_fkey REFERENCES assembly_sessions (id),
    action TEXT NOT NULL CONSTRAINT motion_steps_action_check CHECK (action IN ('move', 'second', 'withdraw', 'table', 'take-up', 'refer', 'report-back', 'put', 'carry', 'fail', 'release', 'amend', 'forward')),
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    number BIGINT,
    title TEXT NOT NULL,
    text_version BIGINT NOT NULL,
    poll_id TEXT,
    note TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    occurred_at TIMESTAMP NOT NULL,
    CONSTRAINT motion_steps_pkey PRIMARY KEY (motion_id, ordinal)
);
CREATE INDEX motion_steps_session_id_idx ON motion_steps (session_id, occurred_at);
CREATE TRIGGER motion_steps_no_update BEFORE UPDATE ON motion_steps
BEGIN
    SELECT RAISE(ABORT, 'motion_steps_append_only');
END;
CREATE TRIGGER motion_steps_no_delete BEFORE DELETE ON motion_steps
BEGIN
    SELECT RAISE(ABORT, 'motion_steps_append_only');
END;
