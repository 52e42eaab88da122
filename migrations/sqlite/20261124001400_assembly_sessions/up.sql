CREATE TABLE assembly_sessions (
    id TEXT PRIMARY KEY NOT NULL,
    assembly_id TEXT NOT NULL CONSTRAINT assembly_sessions_assembly_id_fkey REFERENCES assemblies (id),
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT assembly_sessions_status_check CHECK (status IN ('draft', 'called', 'agenda_published', 'open', 'in_recess', 'adjourned', 'minutes_approved', 'cancelled')),
    format TEXT NOT NULL CONSTRAINT assembly_sessions_format_check CHECK (format IN ('virtual', 'in_person', 'hybrid')),
    time_zone TEXT NOT NULL,
    starts_local TIMESTAMP NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    venue TEXT,
    meeting_url TEXT,
    presiding TEXT,
    -- Whether the Federal Advisory Committee Act stands in the way.
    legal_review TEXT NOT NULL CONSTRAINT assembly_sessions_legal_review_check CHECK (legal_review IN ('not_needed', 'pending', 'exempt', 'not_exempt')),
    legal_basis TEXT,
    legal_reviewed_by TEXT CONSTRAINT assembly_sessions_legal_reviewed_by_fkey REFERENCES users (id),
    legal_reviewed_at TIMESTAMP,
    federal_officer TEXT,
    notice_citation TEXT,
    cloned_from_id TEXT CONSTRAINT assembly_sessions_cloned_from_id_fkey REFERENCES assembly_sessions (id),
    -- Whether a quorum is present now; kept with every change of presence and seats while it is open.
    has_quorum BOOLEAN NOT NULL,
    called_at TIMESTAMP,
    agenda_published_at TIMESTAMP,
    opened_at TIMESTAMP,
    adjourned_at TIMESTAMP,
    adjournment TEXT CONSTRAINT assembly_sessions_adjournment_check CHECK (adjournment IN ('business_concluded', 'no_quorum', 'time_expired', 'other')),
    -- Why it was cancelled, or what was said about its end.
    closing_note TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT assembly_sessions_number_key UNIQUE (assembly_id, number),
    CONSTRAINT assembly_sessions_times_check CHECK (starts_at < ends_at)
);
CREATE INDEX assembly_sessions_starts_at_idx ON assembly_sessions (starts_at, id);
CREATE INDEX assembly_sessions_assembly_id_idx ON assembly_sessions (assembly_id, starts_at, id);
CREATE INDEX assembly_sessions_status_idx ON assembly_sessions (status, starts_at, id);

CREATE TABLE session_participants (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT session_participants_session_id_fkey REFERENCES assembly_sessions (id),
    name TEXT NOT NULL,
    affiliation TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT session_participants_kind_check CHECK (kind IN ('federal', 'elected', 'designee', 'other')),
    role TEXT,
    added_by_kind TEXT NOT NULL,
    added_by_id TEXT,
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);
CREATE INDEX session_participants_session_id_idx ON session_participants (session_id, created_at, id);

-- A seat's vote given to the holder of another seat for one session, in advance.
CREATE TABLE seat_proxies (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT seat_proxies_session_id_fkey REFERENCES assembly_sessions (id),
    seat_id TEXT NOT NULL CONSTRAINT seat_proxies_seat_id_fkey REFERENCES seats (id),
    proxy_seat_id TEXT NOT NULL CONSTRAINT seat_proxies_proxy_seat_id_fkey REFERENCES seats (id),
    proxy_user_id TEXT NOT NULL CONSTRAINT seat_proxies_proxy_user_id_fkey REFERENCES users (id),
    note TEXT,
    designated_by_kind TEXT NOT NULL,
    designated_by_id TEXT,
    designated_at TIMESTAMP NOT NULL,
    revoked_by_kind TEXT,
    revoked_by_id TEXT,
    revoked_at TIMESTAMP,
    CONSTRAINT seat_proxies_other_seat_check CHECK (seat_id <> proxy_seat_id)
);
CREATE UNIQUE INDEX seat_proxies_current_key ON seat_proxies (session_id, seat_id) WHERE revoked_at IS NULL;
CREATE INDEX seat_proxies_seat_id_idx ON seat_proxies (seat_id, designated_at, id);
CREATE INDEX seat_proxies_proxy_user_id_idx ON seat_proxies (session_id, proxy_user_id);

CREATE TABLE agenda_items (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT agenda_items_session_id_fkey REFERENCES assembly_sessions (id),
    parent_id TEXT CONSTRAINT agenda_items_parent_id_fkey REFERENCES agenda_items (id),
    -- Its place among its siblings, from 1, and what follows from it: 2.1.3.
    position BIGINT NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    -- Minutes allotted.
    minutes BIGINT CONSTRAINT agenda_items_minutes_check CHECK (minutes BETWEEN 1 AND 1440),
    is_struck BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX agenda_items_session_id_idx ON agenda_items (session_id, position, id);
CREATE INDEX agenda_items_parent_id_idx ON agenda_items (parent_id);

-- What was changed of an agenda after it was published.
CREATE TABLE agenda_amendments (
    session_id TEXT NOT NULL CONSTRAINT agenda_amendments_session_id_fkey REFERENCES assembly_sessions (id),
    ordinal BIGINT NOT NULL,
    change TEXT NOT NULL CONSTRAINT agenda_amendments_change_check CHECK (change IN ('added', 'changed', 'struck', 'reordered')),
    item_id TEXT CONSTRAINT agenda_amendments_item_id_fkey REFERENCES agenda_items (id),
    before TEXT,
    after TEXT,
    reason TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    occurred_at TIMESTAMP NOT NULL,
    CONSTRAINT agenda_amendments_pkey PRIMARY KEY (session_id, ordinal)
);
CREATE INDEX agenda_amendments_item_id_idx ON agenda_amendments (item_id);
CREATE TRIGGER agenda_amendments_no_update BEFORE UPDATE ON agenda_amendments
BEGIN
    SELECT RAISE(ABORT, 'agenda_amendments_append_only');
END;
CREATE TRIGGER agenda_amendments_no_delete BEFORE DELETE ON agenda_amendments
BEGIN
    SELECT RAISE(ABORT, 'agenda_amendments_append_only');
END;

CREATE TABLE agenda_speakers (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT agenda_speakers_session_id_fkey REFERENCES assembly_sessions (id),
    item_id TEXT NOT NULL CONSTRAINT agenda_speakers_item_id_fkey REFERENCES agenda_items (id),
    seat_id TEXT NOT NULL CONSTRAINT agenda_speakers_seat_id_fkey REFERENCES seats (id),
    user_id TEXT NOT NULL CONSTRAINT agenda_speakers_user_id_fkey REFERENCES users (id),
    is_point_of_order BOOLEAN NOT NULL,
    note TEXT,
    status TEXT NOT NULL CONSTRAINT agenda_speakers_status_check CHECK (status IN ('waiting', 'speaking', 'spoken', 'withdrawn')),
    requested_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    ended_at TIMESTAMP
);
-- One has the floor at a time, and nobody waits twice.
CREATE UNIQUE INDEX agenda_speakers_floor_key ON agenda_speakers (session_id) WHERE status = 'speaking';
CREATE UNIQUE INDEX agenda_speakers_waiting_key ON agenda_speakers (item_id, seat_id, is_point_of_order) WHERE status = 'waiting';
CREATE INDEX agenda_speakers_item_id_idx ON agenda_speakers (item_id, requested_at, id);

CREATE TABLE agenda_documents (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT agenda_documents_session_id_fkey REFERENCES assembly_sessions (id),
    item_id TEXT NOT NULL CONSTRAINT agenda_documents_item_id_fkey REFERENCES agenda_items (id),
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL CONSTRAINT agenda_documents_size_check CHECK (size > 0),
    sha256 TEXT NOT NULL,
    storage_key TEXT NOT NULL CONSTRAINT agenda_documents_storage_key_key UNIQUE,
    marking TEXT NOT NULL CONSTRAINT agenda_documents_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    uploaded_by_kind TEXT NOT NULL,
    uploaded_by_id TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX agenda_documents_item_id_idx ON agenda_documents (item_id, created_at, id);
CREATE INDEX agenda_documents_session_id_idx ON agenda_documents (session_id);

-- From when until when a person was present for a seat.
CREATE TABLE session_presences (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT session_presences_session_id_fkey REFERENCES assembly_sessions (id),
    seat_id TEXT NOT NULL CONSTRAINT session_presences_seat_id_fkey REFERENCES seats (id),
    user_id TEXT NOT NULL CONSTRAINT session_presences_user_id_fkey REFERENCES users (id),
    capacity TEXT NOT NULL CONSTRAINT session_presences_capacity_check CHECK (capacity IN ('holder', 'alternate', 'proxy')),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP,
    started_by_kind TEXT NOT NULL,
    started_by_id TEXT,
    ended_by_kind TEXT,
    ended_by_id TEXT,
    CONSTRAINT session_presences_times_check CHECK (ends_at IS NULL OR starts_at <= ends_at)
);
CREATE UNIQUE INDEX session_presences_current_key ON session_presences (session_id, seat_id, user_id) WHERE ends_at IS NULL;
CREATE INDEX session_presences_session_id_idx ON session_presences (session_id, starts_at, id);
CREATE INDEX session_presences_user_id_idx ON session_presences (user_id);

-- Every evaluation of the quorum that something hung on, with what went into it.
CREATE TABLE quorum_checks (
    session_id TEXT NOT NULL CONSTRAINT quorum_checks_session_id_fkey REFERENCES assembly_sessions (id),
    ordinal BIGINT NOT NULL,
    occasion TEXT NOT NULL CONSTRAINT quorum_checks_occasion_check CHECK (occasion IN ('opening', 'resumption', 'change', 'poll_opening', 'poll_closing', 'adjournment')),
    poll_id TEXT,
    rule TEXT NOT NULL,
    seated BIGINT NOT NULL,
    present BIGINT NOT NULL,
    required BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    regions_present BIGINT NOT NULL,
    regions_required BIGINT NOT NULL,
    is_met BOOLEAN NOT NULL,
    -- The seats that counted as seated and as present, as JSON.
    inputs TEXT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    CONSTRAINT quorum_checks_pkey PRIMARY KEY (session_id, ordinal)
);
CREATE TRIGGER quorum_checks_no_update BEFORE UPDATE ON quorum_checks
BEGIN
    SELECT RAISE(ABORT, 'quorum_checks_append_only');
END;
CREATE TRIGGER quorum_checks_no_delete BEFORE DELETE ON quorum_checks
BEGIN
    SELECT RAISE(ABORT, 'quorum_checks_append_only');
END;
