CREATE TABLE event_requests (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT event_requests_organization_id_fkey REFERENCES organizations (id),
    reference TEXT COLLATE "C" CONSTRAINT event_requests_reference_key UNIQUE,
    external_ref TEXT COLLATE "C",
    is_sandbox BOOLEAN NOT NULL,
    request_type TEXT COLLATE "C" NOT NULL CONSTRAINT event_requests_request_type_check CHECK (request_type IN ('speaker', 'delegation', 'participation', 'advice')),
    title TEXT COLLATE "C" NOT NULL,
    title_folded TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT event_requests_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    status TEXT COLLATE "C" NOT NULL CONSTRAINT event_requests_status_check CHECK (status IN ('draft', 'submitted', 'awaiting_documents', 'under_review', 'in_clearance', 'confirmed', 'declined', 'substitute_offered', 'withdrawn', 'completed', 'reported')),
    time_zone TEXT COLLATE "C" NOT NULL,
    starts_local TIMESTAMP NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_local TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    decision_deadline TIMESTAMP,
    -- The rest of the form, as JSON: it is shown, never searched.
    form TEXT COLLATE "C" NOT NULL,
    internal_notes TEXT COLLATE "C",
    expedite_reason TEXT COLLATE "C",
    -- Kinds of documents that the city is asked for, separated by spaces.
    awaited TEXT COLLATE "C" NOT NULL,
    assignee_id TEXT COLLATE "C" CONSTRAINT event_requests_assignee_id_fkey REFERENCES users (id),
    official_id TEXT COLLATE "C" CONSTRAINT event_requests_official_id_fkey REFERENCES briefers (id),
    reason TEXT COLLATE "C",
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id TEXT COLLATE "C" NOT NULL,
    submitted_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT event_requests_times_check CHECK (starts_at < ends_at),
    CONSTRAINT event_requests_reference_check CHECK ((status = 'draft') = (reference IS NULL))
);
CREATE UNIQUE INDEX event_requests_external_ref_key ON event_requests (organization_id, is_sandbox, external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX event_requests_created_at_idx ON event_requests (created_at, id);
CREATE INDEX event_requests_starts_at_idx ON event_requests (starts_at, id);
CREATE INDEX event_requests_status_idx ON event_requests (status, starts_at, id);
CREATE INDEX event_requests_organization_id_idx ON event_requests (organization_id, starts_at);
CREATE INDEX event_requests_assignee_id_idx ON event_requests (assignee_id, status);
CREATE INDEX event_requests_official_id_idx ON event_requests (official_id);

-- The last number given in each series, such as ER-2027.
CREATE TABLE event_request_series (
    series TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    last_number BIGINT NOT NULL
);

-- The review clock: business seconds of the office's calendar.
CREATE TABLE event_request_clocks (
    request_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT event_request_clocks_request_id_fkey REFERENCES event_requests (id),
    budget_seconds BIGINT NOT NULL,
    spent_seconds BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    -- Since when it runs; null while it waits for the city, and once it has stopped.
    running_since TIMESTAMP,
    due_at TIMESTAMP,
    stopped_at TIMESTAMP,
    overdue_noted_at TIMESTAMP,
    CONSTRAINT event_request_clocks_due_check CHECK ((running_since IS NULL) = (due_at IS NULL))
);
CREATE INDEX event_request_clocks_due_at_idx ON event_request_clocks (due_at);

CREATE TABLE event_request_duplicates (
    request_id TEXT COLLATE "C" NOT NULL CONSTRAINT event_request_duplicates_request_id_fkey REFERENCES event_requests (id),
    other_id TEXT COLLATE "C" NOT NULL CONSTRAINT event_request_duplicates_other_id_fkey REFERENCES event_requests (id),
    CONSTRAINT event_request_duplicates_pkey PRIMARY KEY (request_id, other_id)
);
CREATE INDEX event_request_duplicates_other_id_idx ON event_request_duplicates (other_id);

CREATE TABLE event_request_reports (
    request_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT event_request_reports_request_id_fkey REFERENCES event_requests (id),
    attendance BIGINT CONSTRAINT event_request_reports_attendance_check CHECK (attendance >= 0),
    outcome TEXT COLLATE "C" NOT NULL,
    filed_at TIMESTAMP NOT NULL
);

CREATE TABLE clearances (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL CONSTRAINT clearances_request_id_fkey REFERENCES event_requests (id),
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT clearances_kind_check CHECK (kind IN ('ethics', 'public_affairs', 'security', 'legal', 'regional_bureau')),
    step BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT clearances_status_check CHECK (status IN ('waiting', 'pending', 'cleared', 'deemed_cleared', 'objected', 'waived')),
    requested_by TEXT COLLATE "C" NOT NULL CONSTRAINT clearances_requested_by_fkey REFERENCES users (id),
    opened_at TIMESTAMP,
    deemed_at TIMESTAMP,
    decided_by TEXT COLLATE "C" CONSTRAINT clearances_decided_by_fkey REFERENCES users (id),
    decided_at TIMESTAMP,
    reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT clearances_kind_key UNIQUE (request_id, kind)
);
CREATE INDEX clearances_deemed_at_idx ON clearances (deemed_at) WHERE status = 'pending' AND deemed_at IS NOT NULL;
CREATE INDEX clearances_requested_by_idx ON clearances (requested_by);
CREATE INDEX clearances_decided_by_idx ON clearances (decided_by);

CREATE TABLE request_comments (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL CONSTRAINT request_comments_request_id_fkey REFERENCES event_requests (id),
    author_kind TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C" NOT NULL,
    visibility TEXT COLLATE "C" NOT NULL CONSTRAINT request_comments_visibility_check CHECK (visibility IN ('internal', 'shared')),
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT request_comments_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    body TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX request_comments_request_id_idx ON request_comments (request_id, created_at, id);

CREATE TABLE request_documents (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL CONSTRAINT request_documents_request_id_fkey REFERENCES event_requests (id),
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT request_documents_kind_check CHECK (kind IN ('invitation_letter', 'draft_agenda', 'guest_bios', 'other')),
    filename TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CONSTRAINT request_documents_size_check CHECK (size > 0),
    sha256 TEXT COLLATE "C" NOT NULL,
    storage_key TEXT COLLATE "C" NOT NULL CONSTRAINT request_documents_storage_key_key UNIQUE,
    visibility TEXT COLLATE "C" NOT NULL CONSTRAINT request_documents_visibility_check CHECK (visibility IN ('internal', 'shared')),
    marking TEXT COLLATE "C" NOT NULL CONSTRAINT request_documents_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    uploaded_by_kind TEXT COLLATE "C" NOT NULL,
    uploaded_by_id TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX request_documents_request_id_idx ON request_documents (request_id, created_at, id);
