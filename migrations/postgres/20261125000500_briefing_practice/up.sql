ALTER TABLE venues ADD COLUMN requires_access_data BOOLEAN NOT NULL DEFAULT FALSE;

-- What a guard asks for, sealed. Without the salt nothing that was sealed can be opened.
CREATE TABLE access_data (
    registration_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT access_data_registration_id_fkey REFERENCES registrations (id),
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT access_data_briefing_id_fkey REFERENCES briefings (id),
    salt TEXT COLLATE "C",
    sealed TEXT COLLATE "C",
    given_at TIMESTAMP NOT NULL,
    erased_at TIMESTAMP,
    is_rewritten BOOLEAN NOT NULL,
    CONSTRAINT access_data_erased_check CHECK ((salt IS NULL) = (sealed IS NULL) AND (sealed IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX access_data_briefing_id_idx ON access_data (briefing_id);
CREATE INDEX access_data_kept_idx ON access_data (registration_id) WHERE sealed IS NOT NULL;
CREATE INDEX access_data_erased_idx ON access_data (registration_id) WHERE is_rewritten = FALSE AND sealed IS NULL;

-- Up to which deadline an attendee was asked for access data.
CREATE TABLE access_data_requests (
    registration_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT access_data_requests_registration_id_fkey REFERENCES registrations (id),
    deadline TIMESTAMP NOT NULL
);

CREATE TABLE materials (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT materials_briefing_id_fkey REFERENCES briefings (id),
    title TEXT COLLATE "C" NOT NULL,
    filename TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    storage_key TEXT COLLATE "C" NOT NULL CONSTRAINT materials_storage_key_key UNIQUE,
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT materials_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    audience TEXT COLLATE "C" NOT NULL CONSTRAINT materials_audience_check CHECK (audience IN ('registered', 'attended', 'cleared')),
    available_from TIMESTAMP,
    uploaded_by_kind TEXT COLLATE "C" NOT NULL,
    uploaded_by_id TEXT COLLATE "C" NOT NULL,
    withdrawn_at TIMESTAMP,
    withdrawn_reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX materials_briefing_id_idx ON materials (briefing_id, created_at, id);

-- The last thing that was said of whether an attendee came, and when it was so.
CREATE TABLE attendance_marks (
    registration_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT attendance_marks_registration_id_fkey REFERENCES registrations (id),
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT attendance_marks_briefing_id_fkey REFERENCES briefings (id),
    as_of TIMESTAMP NOT NULL,
    came BOOLEAN NOT NULL
);
CREATE INDEX attendance_marks_briefing_id_idx ON attendance_marks (briefing_id);

-- What devices noted while they were offline, and the first answer to each note.
CREATE TABLE check_in_entries (
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT check_in_entries_briefing_id_fkey REFERENCES briefings (id),
    client_id TEXT COLLATE "C" NOT NULL,
    registration_id TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL CONSTRAINT check_in_entries_action_check CHECK (action IN ('check_in', 'undo')),
    noted_at TIMESTAMP NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL CONSTRAINT check_in_entries_outcome_check CHECK (outcome IN ('applied', 'unchanged', 'refused')),
    code TEXT COLLATE "C",
    received_at TIMESTAMP NOT NULL,
    CONSTRAINT check_in_entries_pkey PRIMARY KEY (briefing_id, client_id),
    CONSTRAINT check_in_entries_code_check CHECK ((outcome = 'refused') = (code IS NOT NULL))
);

CREATE TABLE after_actions (
    briefing_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT after_actions_briefing_id_fkey REFERENCES briefings (id),
    summary TEXT COLLATE "C" NOT NULL,
    outcomes TEXT COLLATE "C" NOT NULL,
    registered BIGINT NOT NULL,
    attended BIGINT NOT NULL,
    walk_ins BIGINT NOT NULL CONSTRAINT after_actions_walk_ins_check CHECK (walk_ins >= 0),
    filed_by TEXT COLLATE "C" NOT NULL CONSTRAINT after_actions_filed_by_fkey REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE follow_ups (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT follow_ups_briefing_id_fkey REFERENCES after_actions (briefing_id),
    task TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL CONSTRAINT follow_ups_owner_id_fkey REFERENCES users (id),
    due_on DATE NOT NULL,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT follow_ups_status_check CHECK (status IN ('open', 'settled')),
    note TEXT COLLATE "C",
    settled_at TIMESTAMP,
    settled_by TEXT COLLATE "C" CONSTRAINT follow_ups_settled_by_fkey REFERENCES users (id),
    remind_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT follow_ups_settled_check CHECK ((status = 'settled') = (settled_at IS NOT NULL) AND (status = 'settled') = (settled_by IS NOT NULL))
);
CREATE INDEX follow_ups_due_on_idx ON follow_ups (due_on, id);
CREATE INDEX follow_ups_owner_id_idx ON follow_ups (owner_id, due_on, id);
CREATE INDEX follow_ups_briefing_id_idx ON follow_ups (briefing_id, due_on, id);
CREATE INDEX follow_ups_remind_at_idx ON follow_ups (remind_at) WHERE remind_at IS NOT NULL;
