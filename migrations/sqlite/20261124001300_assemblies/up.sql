CREATE TABLE assemblies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    purpose TEXT,
    status TEXT NOT NULL CONSTRAINT assemblies_status_check CHECK (status IN ('draft', 'nominations', 'seated', 'concluded')),
    -- The cohort: the first day, and the day after the last, in the assembly's zone.
    time_zone TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    -- Its rules, as JSON.
    composition TEXT NOT NULL,
    regions TEXT NOT NULL,
    quorum TEXT NOT NULL,
    workflow TEXT NOT NULL,
    notice_days BIGINT NOT NULL CONSTRAINT assemblies_notice_days_check CHECK (notice_days BETWEEN 0 AND 365),
    max_proxies BIGINT NOT NULL CONSTRAINT assemblies_max_proxies_check CHECK (max_proxies BETWEEN 0 AND 10),
    seconds_needed BIGINT NOT NULL CONSTRAINT assemblies_seconds_needed_check CHECK (seconds_needed BETWEEN 0 AND 20),
    is_ballot_replaceable BOOLEAN NOT NULL,
    -- The numbers given last: none is given twice, none is left out.
    last_session_number BIGINT NOT NULL,
    last_motion_number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT assemblies_cohort_check CHECK (starts_on < ends_on)
);
CREATE INDEX assemblies_created_at_idx ON assemblies (created_at, id);
CREATE INDEX assemblies_status_idx ON assemblies (status, created_at, id);

CREATE TABLE seats (
    id TEXT PRIMARY KEY NOT NULL,
    assembly_id TEXT NOT NULL CONSTRAINT seats_assembly_id_fkey REFERENCES assemblies (id),
    organization_id TEXT NOT NULL CONSTRAINT seats_organization_id_fkey REFERENCES organizations (id),
    status TEXT NOT NULL CONSTRAINT seats_status_check CHECK (status IN ('nominated', 'vacant', 'filled', 'declined', 'retired')),
    -- What the composition counts by, as it was when the seat was made.
    kind TEXT NOT NULL,
    region TEXT,
    population BIGINT,
    affiliation TEXT,
    -- The term: the first day, and the day after the last, in the assembly's zone.
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    nominee_id TEXT CONSTRAINT seats_nominee_id_fkey REFERENCES users (id),
    nominee_office TEXT,
    statement TEXT,
    nominated_by TEXT CONSTRAINT seats_nominated_by_fkey REFERENCES users (id),
    reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT seats_term_check CHECK (starts_on < ends_on)
);
-- One seat, and so one vote, a jurisdiction.
CREATE UNIQUE INDEX seats_jurisdiction_key ON seats (assembly_id, organization_id) WHERE status NOT IN ('declined', 'retired');
CREATE INDEX seats_assembly_id_idx ON seats (assembly_id, created_at, id);
CREATE INDEX seats_organization_id_idx ON seats (organization_id, assembly_id);
CREATE INDEX seats_ends_at_idx ON seats (ends_at, id);

-- Who held a seat, or stood in for its holder, from when until when.
CREATE TABLE seat_occupancies (
    id TEXT PRIMARY KEY NOT NULL,
    seat_id TEXT NOT NULL CONSTRAINT seat_occupancies_seat_id_fkey REFERENCES seats (id),
    capacity TEXT NOT NULL CONSTRAINT seat_occupancies_capacity_check CHECK (capacity IN ('holder', 'alternate')),
    user_id TEXT NOT NULL CONSTRAINT seat_occupancies_user_id_fkey REFERENCES users (id),
    office TEXT NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP,
    end_reason TEXT CONSTRAINT seat_occupancies_end_reason_check CHECK (end_reason IN ('left_office', 'resigned', 'replaced', 'removed', 'deceased', 'seat_retired')),
    end_note TEXT,
    started_by_kind TEXT NOT NULL,
    started_by_id TEXT,
    ended_by_kind TEXT,
    ended_by_id TEXT,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT seat_occupancies_times_check CHECK (ends_at IS NULL OR starts_at <= ends_at)
);
CREATE UNIQUE INDEX seat_occupancies_current_key ON seat_occupancies (seat_id, capacity) WHERE ends_at IS NULL;
CREATE INDEX seat_occupancies_seat_id_idx ON seat_occupancies (seat_id, starts_at, id);
CREATE INDEX seat_occupancies_user_id_idx ON seat_occupancies (user_id, ends_at);
