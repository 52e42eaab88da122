CREATE TABLE polls (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL CONSTRAINT polls_session_id_fkey REFERENCES assembly_sessions (id),
    motion_id TEXT COLLATE "C" NOT NULL CONSTRAINT polls_motion_id_fkey REFERENCES motions (id),
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT polls_kind_check CHECK (kind IN ('recorded', 'roll_call', 'secret')),
    status TEXT COLLATE "C" NOT NULL CONSTRAINT polls_status_check CHECK (status IN ('draft', 'open', 'closed', 'cancelled')),
    question TEXT COLLATE "C" NOT NULL,
    -- A list to choose one of, as JSON; yes, no and abstain without one.
    options TEXT COLLATE "C",
    majority TEXT COLLATE "C" NOT NULL CONSTRAINT polls_majority_check CHECK (majority IN ('simple', 'absolute', 'two_thirds', 'three_fourths')),
    majority_of TEXT COLLATE "C" NOT NULL CONSTRAINT polls_majority_of_check CHECK (majority_of IN ('cast', 'present', 'seated')),
    is_replaceable BOOLEAN NOT NULL,
    opened_at TIMESTAMP,
    closed_at TIMESTAMP,
    outcome TEXT COLLATE "C" CONSTRAINT polls_outcome_check CHECK (outcome IN ('carried', 'failed', 'tied', 'undecided')),
    -- The result with its arithmetic, as JSON.
    result TEXT COLLATE "C",
    reason TEXT COLLATE "C",
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
    poll_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT poll_seals_poll_id_fkey REFERENCES polls (id),
    seal TEXT COLLATE "C" NOT NULL
);

-- Who was seated when the poll was opened, and who could vote: never changed.
CREATE TABLE poll_voters (
    poll_id TEXT COLLATE "C" NOT NULL CONSTRAINT poll_voters_poll_id_fkey REFERENCES polls (id),
    seat_id TEXT COLLATE "C" NOT NULL CONSTRAINT poll_voters_seat_id_fkey REFERENCES seats (id),
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT poll_voters_organization_id_fkey REFERENCES organizations (id),
    organization_name TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C",
    holder_id TEXT COLLATE "C" CONSTRAINT poll_voters_holder_id_fkey REFERENCES users (id),
    alternate_id TEXT COLLATE "C" CONSTRAINT poll_voters_alternate_id_fkey REFERENCES users (id),
    proxy_id TEXT COLLATE "C" CONSTRAINT poll_voters_proxy_id_fkey REFERENCES users (id),
    is_present BOOLEAN NOT NULL,
    CONSTRAINT poll_voters_pkey PRIMARY KEY (poll_id, seat_id),
    CONSTRAINT poll_voters_jurisdiction_key UNIQUE (poll_id, organization_id)
);
CREATE FUNCTION poll_voters_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'poll_voters_append_only';
END;
$$;
CREATE TRIGGER poll_voters_no_update BEFORE UPDATE ON poll_voters
    FOR EACH ROW EXECUTE FUNCTION poll_voters_append_only();
CREATE TRIGGER poll_voters_no_delete BEFORE DELETE ON poll_voters
    FOR EACH ROW EXECUTE FUNCTION poll_voters_append_only();

-- One ballot a seat. Of a secret poll: that it was cast, and while the poll is open what was cast, sealed; no time.
CREATE TABLE ballots (
    poll_id TEXT COLLATE "C" NOT NULL,
    seat_id TEXT COLLATE "C" NOT NULL,
    cast_by_kind TEXT COLLATE "C" NOT NULL,
    cast_by_id TEXT COLLATE "C",
    capacity TEXT COLLATE "C" NOT NULL CONSTRAINT ballots_capacity_check CHECK (capacity IN ('holder', 'alternate', 'proxy', 'clerk')),
    choice TEXT COLLATE "C",
    sealed TEXT COLLATE "C",
    cast_at TIMESTAMP,
    CONSTRAINT ballots_pkey PRIMARY KEY (poll_id, seat_id),
    CONSTRAINT ballots_voter_fkey FOREIGN KEY (poll_id, seat_id) REFERENCES poll_voters (poll_id, seat_id)
);

-- The ballots of a secret poll that is closed, by the receipt that each voter has.
CREATE TABLE secret_ballots (
    poll_id TEXT COLLATE "C" NOT NULL CONSTRAINT secret_ballots_poll_id_fkey REFERENCES polls (id),
    receipt TEXT COLLATE "C" NOT NULL,
    choice TEXT COLLATE "C" NOT NULL,
    CONSTRAINT secret_ballots_pkey PRIMARY KEY (poll_id, receipt)
);
CREATE FUNCTION secret_ballots_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'secret_ballots_append_only';
END;
$$;
CREATE TRIGGER secret_ballots_no_update BEFORE UPDATE ON secret_ballots
    FOR EACH ROW EXECUTE FUNCTION secret_ballots_append_only();
CREATE TRIGGER secret_ballots_no_delete BEFORE DELETE ON secret_ballots
    FOR EACH ROW EXECUTE FUNCTION secret_ballots_append_only();
