CREATE TABLE programs (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    description TEXT,
    -- Months of a placement, when nothing else is agreed, and at most.
    default_term_months BIGINT NOT NULL CONSTRAINT programs_default_term_months_check CHECK (default_term_months BETWEEN 1 AND 60),
    max_term_months BIGINT NOT NULL CONSTRAINT programs_max_term_months_check CHECK (max_term_months BETWEEN 1 AND 120),
    -- A report every so many months, due so many days after its period; the final one likewise.
    report_interval_months BIGINT NOT NULL CONSTRAINT programs_report_interval_months_check CHECK (report_interval_months BETWEEN 1 AND 12),
    report_due_days BIGINT NOT NULL CONSTRAINT programs_report_due_days_check CHECK (report_due_days BETWEEN 1 AND 365),
    final_report_due_days BIGINT NOT NULL CONSTRAINT programs_final_report_due_days_check CHECK (final_report_due_days BETWEEN 1 AND 365),
    -- What a host undertakes, as a JSON array of sentences.
    host_duties TEXT NOT NULL,
    -- The roles that sign a slate, in order, separated by spaces.
    sign_off_roles TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT programs_terms_check CHECK (default_term_months <= max_term_months)
);
CREATE INDEX programs_name_idx ON programs (name_folded, id);

CREATE TABLE calls (
    id TEXT PRIMARY KEY NOT NULL,
    program_id TEXT NOT NULL CONSTRAINT calls_program_id_fkey REFERENCES programs (id),
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT calls_status_check CHECK (status IN ('draft', 'open', 'closed', 'in_review', 'decided', 'announced')),
    time_zone TEXT NOT NULL,
    closes_local TIMESTAMP NOT NULL,
    closes_at TIMESTAMP NOT NULL,
    places BIGINT NOT NULL CONSTRAINT calls_places_check CHECK (places >= 1),
    reserve_places BIGINT NOT NULL CONSTRAINT calls_reserve_places_check CHECK (reserve_places >= 0),
    is_blind BOOLEAN NOT NULL,
    reviews_per_application BIGINT NOT NULL CONSTRAINT calls_reviews_per_application_check CHECK (reviews_per_application >= 1),
    normalisation TEXT NOT NULL CONSTRAINT calls_normalisation_check CHECK (normalisation IN ('none', 'reviewer_mean')),
    -- The criteria with their weights, as JSON.
    rubric TEXT NOT NULL,
    -- Which kinds of organizations may apply and where from, as JSON.
    eligibility TEXT NOT NULL,
    -- The version of the form that new applications are written against.
    form_version BIGINT NOT NULL,
    opened_at TIMESTAMP,
    closed_at TIMESTAMP,
    review_started_at TIMESTAMP,
    decided_at TIMESTAMP,
    announced_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX calls_program_id_idx ON calls (program_id, id);
CREATE INDEX calls_closes_at_idx ON calls (closes_at, id);
CREATE INDEX calls_status_idx ON calls (status, closes_at, id);

-- Every version of a call's form: a JSON Schema, draft 2020-12.
CREATE TABLE call_forms (
    call_id TEXT NOT NULL CONSTRAINT call_forms_call_id_fkey REFERENCES calls (id),
    version BIGINT NOT NULL,
    json_schema TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT call_forms_pkey PRIMARY KEY (call_id, version)
);

-- Leave for one organization to submit after the call has closed; the code is shown once.
CREATE TABLE late_codes (
    id TEXT PRIMARY KEY NOT NULL,
    call_id TEXT NOT NULL CONSTRAINT late_codes_call_id_fkey REFERENCES calls (id),
    organization_id TEXT NOT NULL CONSTRAINT late_codes_organization_id_fkey REFERENCES organizations (id),
    digest TEXT NOT NULL CONSTRAINT late_codes_digest_key UNIQUE,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL CONSTRAINT late_codes_created_by_fkey REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX late_codes_call_id_idx ON late_codes (call_id, created_at, id);
CREATE INDEX late_codes_organization_id_idx ON late_codes (organization_id);
CREATE INDEX late_codes_created_by_idx ON late_codes (created_by);
