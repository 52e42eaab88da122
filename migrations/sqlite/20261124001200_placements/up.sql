CREATE TABLE placements (
    id TEXT PRIMARY KEY NOT NULL,
    program_id TEXT NOT NULL CONSTRAINT placements_program_id_fkey REFERENCES programs (id),
    application_id TEXT CONSTRAINT placements_application_id_fkey REFERENCES applications (id),
    officer_id TEXT NOT NULL CONSTRAINT placements_officer_id_fkey REFERENCES officers (id),
    organization_id TEXT NOT NULL CONSTRAINT placements_organization_id_fkey REFERENCES organizations (id),
    -- Which of the host's slots it takes; most hosts have one.
    slot BIGINT NOT NULL CONSTRAINT placements_slot_check CHECK (slot BETWEEN 1 AND 20),
    status TEXT NOT NULL CONSTRAINT placements_status_check CHECK (status IN ('proposed', 'agreement_pending', 'signed', 'active', 'extended', 'curtailed', 'completed', 'closed', 'cancelled')),
    time_zone TEXT NOT NULL,
    -- The first day, and the day after the last, at the host; the instants are their midnights.
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    replaces_id TEXT CONSTRAINT placements_replaces_id_fkey REFERENCES placements (id),
    supervisor TEXT,
    workplan TEXT,
    internal_notes TEXT,
    office_signed_by TEXT CONSTRAINT placements_office_signed_by_fkey REFERENCES users (id),
    office_signed_at TIMESTAMP,
    host_signed_by TEXT CONSTRAINT placements_host_signed_by_fkey REFERENCES users (id),
    host_signed_at TIMESTAMP,
    reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT placements_term_check CHECK (starts_at <= ends_at)
);
CREATE UNIQUE INDEX placements_replaces_id_key ON placements (replaces_id) WHERE replaces_id IS NOT NULL AND status <> 'cancelled';
CREATE UNIQUE INDEX placements_application_id_key ON placements (application_id) WHERE application_id IS NOT NULL AND replaces_id IS NULL AND status <> 'cancelled';
CREATE INDEX placements_created_at_idx ON placements (created_at, id);
CREATE INDEX placements_starts_at_idx ON placements (starts_at, id);
CREATE INDEX placements_ends_at_idx ON placements (ends_at, id);
CREATE INDEX placements_program_id_idx ON placements (program_id, id);
CREATE INDEX placements_officer_id_idx ON placements (officer_id, organization_id);
CREATE INDEX placements_organization_id_idx ON placements (organization_id, officer_id);
CREATE INDEX placements_status_idx ON placements (status, starts_at, id);
CREATE INDEX placements_office_signed_by_idx ON placements (office_signed_by);
CREATE INDEX placements_host_signed_by_idx ON placements (host_signed_by);

-- The days for which a placement holds its officer and its slot: an officer's id, or a host's with
-- the number of the slot. The last one is the day after.
CREATE TABLE placement_holds (
    resource_id TEXT NOT NULL,
    placement_id TEXT NOT NULL CONSTRAINT placement_holds_placement_id_fkey REFERENCES placements (id),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    CONSTRAINT placement_holds_pkey PRIMARY KEY (resource_id, placement_id),
    CONSTRAINT placement_holds_days_check CHECK (starts_on < ends_on)
);
CREATE INDEX placement_holds_resource_time_idx ON placement_holds (resource_id, ends_on);
CREATE INDEX placement_holds_placement_id_idx ON placement_holds (placement_id);

-- How the term of a placement came to be what it is.
CREATE TABLE placement_terms (
    placement_id TEXT NOT NULL CONSTRAINT placement_terms_placement_id_fkey REFERENCES placements (id),
    ordinal BIGINT NOT NULL,
    change TEXT NOT NULL CONSTRAINT placement_terms_change_check CHECK (change IN ('proposed', 'extended', 'curtailed', 'replaced', 'completed', 'cancelled')),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    reason TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    occurred_at TIMESTAMP NOT NULL,
    CONSTRAINT placement_terms_pkey PRIMARY KEY (placement_id, ordinal)
);

CREATE TABLE placement_reports (
    id TEXT PRIMARY KEY NOT NULL,
    placement_id TEXT NOT NULL CONSTRAINT placement_reports_placement_id_fkey REFERENCES placements (id),
    kind TEXT NOT NULL CONSTRAINT placement_reports_kind_check CHECK (kind IN ('quarterly', 'final', 'special')),
    ordinal BIGINT NOT NULL,
    status TEXT NOT NULL CONSTRAINT placement_reports_status_check CHECK (status IN ('awaited', 'submitted', 'returned', 'accepted', 'dropped')),
    period_starts_on DATE NOT NULL,
    period_ends_on DATE NOT NULL,
    -- The instant at which the period ends, and the one by which the report is handed in, both at
    -- midnight where the host is.
    period_ends_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    meetings BIGINT NOT NULL CONSTRAINT placement_reports_meetings_check CHECK (meetings >= 0),
    delegations BIGINT NOT NULL CONSTRAINT placement_reports_delegations_check CHECK (delegations >= 0),
    agreements BIGINT NOT NULL CONSTRAINT placement_reports_agreements_check CHECK (agreements >= 0),
    investment_leads BIGINT NOT NULL CONSTRAINT placement_reports_investment_leads_check CHECK (investment_leads >= 0),
    public_summary TEXT,
    internal_part TEXT,
    reason TEXT,
    -- When it was handed in, as long as it was not returned.
    handed_in_at TIMESTAMP,
    accepted_at TIMESTAMP,
    reminders BIGINT NOT NULL,
    overdue_noted_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT placement_reports_ordinal_key UNIQUE (placement_id, kind, ordinal)
);
CREATE INDEX placement_reports_due_at_idx ON placement_reports (due_at, id);
CREATE INDEX placement_reports_awaited_idx ON placement_reports (due_at) WHERE handed_in_at IS NULL AND status <> 'dropped';

-- A person's place in an organization for a time; it begins and ends by the clock.
CREATE TABLE postings (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL CONSTRAINT postings_user_id_fkey REFERENCES users (id),
    organization_id TEXT NOT NULL CONSTRAINT postings_organization_id_fkey REFERENCES organizations (id),
    role TEXT NOT NULL CONSTRAINT postings_role_check CHECK (role IN ('diplomat')),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL
);
CREATE INDEX postings_user_id_idx ON postings (user_id, ends_at);
CREATE INDEX postings_organization_id_idx ON postings (organization_id);

-- Stands behind the lock: no officer and no slot is ever held twice at one time.
CREATE TRIGGER placement_holds_no_overlap_on_insert BEFORE INSERT ON placement_holds
WHEN EXISTS (
    SELECT 1 FROM placement_holds h
    WHERE h.resource_id = NEW.resource_id AND h.placement_id <> NEW.placement_id
        AND h.starts_on < NEW.ends_on AND h.ends_on > NEW.starts_on
)
BEGIN
    SELECT RAISE(ABORT, 'placement_holds_no_overlap');
END;
CREATE TRIGGER placement_holds_no_overlap_on_update BEFORE UPDATE ON placement_holds
WHEN EXISTS (
    SELECT 1 FROM placement_holds h
    WHERE h.resource_id = NEW.resource_id AND h.placement_id <> NEW.placement_id
        AND h.starts_on < NEW.ends_on AND h.ends_on > NEW.starts_on
)
BEGIN
    SELECT RAISE(ABORT, 'placement_holds_no_overlap');
END;
