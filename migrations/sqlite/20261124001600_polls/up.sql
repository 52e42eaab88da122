CREATE TABLE polls (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL CONSTRAINT polls_session_id_fkey REFERENCES assembly_sessions (id),
    motion_id TEXT NOT NULL CONSTRAINT polls_motion_id_fkey REFERENCES motions (id),
    kind TEXT NOT NULL CONSTRAINT polls_kind_check CHECK (kind IN ('recorded', 'roll_call', 'secret')),
    status TEXT NOT NULL CONSTRAINT polls_status_check CHECK (status IN ('draft', 'open', 'closed', 'cancelled')),
    question TEXT NOT NULL,
    -- A list to choose one of, as JSON; yes, no and abstain without one.
    options TEXT,
    majority TEXT NOT NULL CONSTRAINT polls_majority_check CHECK (majority IN ('simple', 'absolute', 'two_thirds', 'three_fourths')),
    majority_of TEXT NOT NULL CONSTRAINT polls_majority_of_check CHECK (majority_of IN ('cast', 'present', 'seated')),
    is_replaceable BOOLEAN NOT NULL,
    opened_at TIMESTAMP,
    closed_at TIMESTAMP,
    outcome TEXT CONSTRAINT polls_outcome_check CHECK (outcome IN ('carried', 'failed', 'tied', 'undecided')),
    -- The result with its arithmetic, as JSON.
    result TEXT,
    reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
-- A motion is put to one vote at a time.
CREATE UNIQUE INDEX polls_open_key ON polls (motion_id) WHERE status = 'open';
CREATE INDEX polls_motion_id_idx ON polls (motion_id, created_at, id);
CREATE INDEX polls_session_id_idx ON polls (session_id, created_at, id);

-- What the keys are made with that seal the ballots of open secret polls. A row goes when its poll is
-- closed or cancelled, and with it every means to open what was sealed. It stands apart from `polls` so
-- that the few pages it was on can be rewritten.
CREATE TABLE poll_seals (
    poll_id TEXT PRIMARY KEY NOT NULL CONSTRAINT poll_seals_poll_id_fkey REFERENCES polls (id),
    seal TEXT NOT NULL
);

-- Who was seated when the poll was opened, and who could vote: never changed.
CREATE TABLE poll_voters (
    poll_id TEXT NOT NULL CONSTRAINT poll_voters_poll_id_fkey REFERENCES polls (id),
    seat_id TEXT NOT NULL CONSTRAINT poll_voters_seat_id_fkey REFERENCES seats (id),
    organization_id TEXT NOT NULL CONSTRAINT poll_voters_organization_id_fkey REFERENCES organizations (id),
    organization_name TEXT NOT NULL,
    region TEXT,
    holder_id TEXT CONSTRAINT poll_voters_holder_id_fkey REFERENCES users (id),
    alternate_id TEXT CONSTRAINT poll_voters_alternate_id_fkey REFERENCES users (id),
    proxy_id TEXT CONSTRAINT poll_voters_proxy_id_fkey REFERENCES users (id),
    is_present BOOLEAN NOT NULL,
    CONSTRAINT poll_voters_pkey PRIMARY KEY (poll_id, seat_id),
    CONSTRAINT poll_voters_jurisdiction_key UNIQUE (poll_id, organization_id)
);
CREATE TRIGGER poll_voters_no_update BEFORE UPDATE ON poll_voters
BEGIN
    SELECT RAISE(ABORT, 'poll_voters_append_only');
END;
CREATE TRIGGER poll_voters_no_delete BEFORE DELETE ON poll_voters
BEGIN
    SELECT RAISE(ABORT, 'poll_voters_append_only');
END;

-- One ballot a seat. Of a secret poll: that it was cast, and while the poll is open what was cast, sealed; no time.
CREATE TABLE ballots (
    poll_id TEXT NOT NULL,
    seat_id TEXT NOT NULL,
    cast_by_kind TEXT NOT NULL,
    cast_by_id TEXT,
    capacity TEXT NOT NULL CONSTRAINT ballots_capacity_check CHECK (capacity IN ('holder', 'alternate', 'proxy', 'clerk')),
    choice TEXT,
    sealed TEXT,
    cast_at TIMESTAMP,
    CONSTRAINT ballots_pkey PRIMARY KEY (poll_id, seat_id),
    CONSTRAINT ballots_voter_fkey FOREIGN KEY (poll_id, seat_id) REFERENCES poll_voters (poll_id, seat_id)
);

-- The ballots of a secret poll that is closed, by the receipt that each voter has.
CREATE TABLE secret_ballots (
    poll_id TEXT NOT NULL CONSTRAINT secret_ballots_poll_id_fkey REFERENCES polls (id),
    receipt TEXT NOT NULL,
    choice TEXT NOT NULL,
    CONSTRAINT secret_ballots_pkey PRIMARY KEY (poll_id, receipt)
);
CREATE TRIGGER secret_ballots_no_update BEFORE UPDATE ON secret_ballots
BEGIN
    SELECT RAISE(ABORT, 'secret_ballots_append_only');
END;
CREATE TRIGGER secret_ballots_no_delete BEFORE DELETE ON secret_ballots
BEGIN
    SELECT RAISE(ABORT, 'secret_ballots_append_only');
END;
