-- Briefings that recur. Each occurrence is a briefing of its own; what the next ones are made from is
-- kept here.
CREATE TABLE briefing_series (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    title_folded TEXT COLLATE "C" NOT NULL,
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_series_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    status TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_series_status_check CHECK (status IN ('active', 'ended')),
    -- RFC 5545, section 3.3.10; counted from the first occurrence below, on the clock on the wall.
    recurrence TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    starts_local TIMESTAMP NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_local TIMESTAMP NOT NULL,
    -- What an occurrence is made from, as JSON.
    plan TEXT COLLATE "C" NOT NULL,
    split_from_id TEXT COLLATE "C" CONSTRAINT briefing_series_split_from_id_fkey REFERENCES briefing_series (id),
    reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT briefing_series_times_check CHECK (starts_local < ends_local)
);
CREATE INDEX briefing_series_starts_at_idx ON briefing_series (starts_at, id);
CREATE INDEX briefing_series_created_at_idx ON briefing_series (created_at, id);
CREATE INDEX briefing_series_split_from_id_idx ON briefing_series (split_from_id);

-- Which briefing stands for which date of a series.
CREATE TABLE briefing_occurrences (
    briefing_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT briefing_occurrences_briefing_id_fkey REFERENCES briefings (id),
    series_id TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_occurrences_series_id_fkey REFERENCES briefing_series (id),
    -- When the rule has it, on the clock on the wall; it stays when the occurrence alone is moved.
    planned_local TIMESTAMP NOT NULL,
    -- False for one that was called off when its date was excepted.
    is_current BOOLEAN NOT NULL,
    -- Members that were changed of this occurrence alone, with commas between them.
    changed TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX briefing_occurrences_planned_key ON briefing_occurrences (series_id, planned_local) WHERE is_current;
CREATE INDEX briefing_occurrences_series_id_idx ON briefing_occurrences (series_id, planned_local, briefing_id);

-- Dates of the rule without an occurrence.
CREATE TABLE briefing_series_exceptions (
    series_id TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_series_exceptions_series_id_fkey REFERENCES briefing_series (id),
    planned_local TIMESTAMP NOT NULL,
    CONSTRAINT briefing_series_exceptions_pkey PRIMARY KEY (series_id, planned_local)
);
