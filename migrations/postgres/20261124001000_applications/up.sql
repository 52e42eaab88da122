CREATE TABLE applications (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT applications_call_id_fkey REFERENCES calls (id),
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT applications_organization_id_fkey REFERENCES organizations (id),
    status TEXT COLLATE "C" NOT NULL CONSTRAINT applications_status_check CHECK (status IN ('draft', 'submitted', 'under_review', 'shortlisted', 'selected', 'reserve', 'rejected', 'withdrawn')),
    title TEXT COLLATE "C" NOT NULL,
    title_folded TEXT COLLATE "C" NOT NULL,
    -- The title without the host's name, for those who review without seeing it.
    blind_title TEXT COLLATE "C" NOT NULL,
    blind_title_folded TEXT COLLATE "C" NOT NULL,
    form_version BIGINT NOT NULL,
    -- The answers to the form, and what is asked of an officer, as JSON.
    answers TEXT COLLATE "C" NOT NULL,
    needs TEXT COLLATE "C" NOT NULL,
    late_code_id TEXT COLLATE "C" CONSTRAINT applications_late_code_id_fkey REFERENCES late_codes (id),
    -- Why an overdue final report of the host does not stand in the way.
    waiver_reason TEXT COLLATE "C",
    waived_by TEXT COLLATE "C" CONSTRAINT applications_waived_by_fkey REFERENCES users (id),
    waived_at TIMESTAMP,
    reserve_rank BIGINT,
    reason TEXT COLLATE "C",
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id TEXT COLLATE "C" NOT NULL,
    submitted_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT applications_waiver_check CHECK ((waiver_reason IS NULL) = (waived_at IS NULL)),
    CONSTRAINT applications_reserve_rank_check CHECK (reserve_rank IS NULL OR status = 'reserve')
);
CREATE UNIQUE INDEX applications_host_key ON applications (call_id, organization_id) WHERE status <> 'withdrawn';
CREATE UNIQUE INDEX applications_reserve_rank_key ON applications (call_id, reserve_rank) WHERE reserve_rank IS NOT NULL;
CREATE INDEX applications_created_at_idx ON applications (call_id, created_at, id);
CREATE INDEX applications_status_idx ON applications (call_id, status, created_at, id);
CREATE INDEX applications_organization_id_idx ON applications (organization_id, call_id);
CREATE INDEX applications_late_code_id_idx ON applications (late_code_id);
CREATE INDEX applications_waived_by_idx ON applications (waived_by);

-- The panel of a call.
CREATE TABLE panel_members (
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT panel_members_call_id_fkey REFERENCES calls (id),
    user_id TEXT COLLATE "C" NOT NULL CONSTRAINT panel_members_user_id_fkey REFERENCES users (id),
    added_at TIMESTAMP NOT NULL,
    CONSTRAINT panel_members_pkey PRIMARY KEY (call_id, user_id)
);
CREATE INDEX panel_members_user_id_idx ON panel_members (user_id);

CREATE TABLE review_assignments (
    application_id TEXT COLLATE "C" NOT NULL CONSTRAINT review_assignments_application_id_fkey REFERENCES applications (id),
    user_id TEXT COLLATE "C" NOT NULL CONSTRAINT review_assignments_user_id_fkey REFERENCES users (id),
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT review_assignments_call_id_fkey REFERENCES calls (id),
    method TEXT COLLATE "C" NOT NULL CONSTRAINT review_assignments_method_check CHECK (method IN ('by_hand', 'evenly')),
    assigned_at TIMESTAMP NOT NULL,
    CONSTRAINT review_assignments_pkey PRIMARY KEY (application_id, user_id)
);
CREATE INDEX review_assignments_user_id_idx ON review_assignments (user_id, call_id);
CREATE INDEX review_assignments_call_id_idx ON review_assignments (call_id);

-- Conflicts of interest that were declared; others follow from memberships and placements.
CREATE TABLE declared_conflicts (
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT declared_conflicts_call_id_fkey REFERENCES calls (id),
    user_id TEXT COLLATE "C" NOT NULL CONSTRAINT declared_conflicts_user_id_fkey REFERENCES users (id),
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT declared_conflicts_organization_id_fkey REFERENCES organizations (id),
    reason TEXT COLLATE "C" NOT NULL,
    declared_by TEXT COLLATE "C" NOT NULL CONSTRAINT declared_conflicts_declared_by_fkey REFERENCES users (id),
    declared_at TIMESTAMP NOT NULL,
    CONSTRAINT declared_conflicts_pkey PRIMARY KEY (call_id, user_id, organization_id)
);
CREATE INDEX declared_conflicts_user_id_idx ON declared_conflicts (user_id, organization_id);
CREATE INDEX declared_conflicts_organization_id_idx ON declared_conflicts (organization_id);
CREATE INDEX declared_conflicts_declared_by_idx ON declared_conflicts (declared_by);

CREATE TABLE reviews (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL CONSTRAINT reviews_application_id_fkey REFERENCES applications (id),
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT reviews_call_id_fkey REFERENCES calls (id),
    reviewer_id TEXT COLLATE "C" NOT NULL CONSTRAINT reviews_reviewer_id_fkey REFERENCES users (id),
    is_abstention BOOLEAN NOT NULL,
    -- Points by criterion, as JSON; a criterion that is missing was abstained from.
    scores TEXT COLLATE "C" NOT NULL,
    comment TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT reviews_reviewer_key UNIQUE (application_id, reviewer_id)
);
CREATE INDEX reviews_call_id_idx ON reviews (call_id, application_id);
CREATE INDEX reviews_reviewer_id_idx ON reviews (reviewer_id);

-- Signatures under a slate, in the order of their steps.
CREATE TABLE sign_offs (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    call_id TEXT COLLATE "C" NOT NULL CONSTRAINT sign_offs_call_id_fkey REFERENCES calls (id),
    step BIGINT NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    -- What was signed: a digest of the slate as it stood.
    slate_digest TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C" NOT NULL CONSTRAINT sign_offs_decision_check CHECK (decision IN ('approved', 'returned')),
    reason TEXT COLLATE "C" NOT NULL,
    signed_by TEXT COLLATE "C" NOT NULL CONSTRAINT sign_offs_signed_by_fkey REFERENCES users (id),
    signed_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_offs_call_id_idx ON sign_offs (call_id, signed_at, id);
CREATE INDEX sign_offs_signed_by_idx ON sign_offs (signed_by);

-- What was signed, by whom and why, stays as it is.
CREATE FUNCTION sign_offs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sign_offs_append_only' USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER sign_offs_no_update BEFORE UPDATE ON sign_offs
    FOR EACH ROW EXECUTE FUNCTION sign_offs_append_only();
CREATE TRIGGER sign_offs_no_delete BEFORE DELETE ON sign_offs
    FOR EACH ROW EXECUTE FUNCTION sign_offs_append_only();
