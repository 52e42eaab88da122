CREATE TABLE officers (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT CONSTRAINT officers_user_id_fkey REFERENCES users (id),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    grade TEXT NOT NULL,
    -- The first and the last day on which a placement may be served; open where null.
    available_from DATE,
    available_until DATE,
    notes TEXT,
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT officers_availability_check CHECK (available_from <= available_until)
);
CREATE UNIQUE INDEX officers_user_id_key ON officers (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX officers_name_idx ON officers (name_folded, id);

-- Skills, languages (with a level) and regions of officers.
CREATE TABLE officer_traits (
    officer_id TEXT NOT NULL CONSTRAINT officer_traits_officer_id_fkey REFERENCES officers (id),
    kind TEXT NOT NULL CONSTRAINT officer_traits_kind_check CHECK (kind IN ('skill', 'language', 'region')),
    value TEXT NOT NULL,
    level BIGINT,
    CONSTRAINT officer_traits_pkey PRIMARY KEY (officer_id, kind, value),
    CONSTRAINT officer_traits_level_check CHECK ((kind = 'language') = (level IS NOT NULL))
);
CREATE INDEX officer_traits_value_idx ON officer_traits (kind, value, officer_id);

-- Hosts that an officer must not serve at.
CREATE TABLE officer_recusals (
    officer_id TEXT NOT NULL CONSTRAINT officer_recusals_officer_id_fkey REFERENCES officers (id),
    organization_id TEXT NOT NULL CONSTRAINT officer_recusals_organization_id_fkey REFERENCES organizations (id),
    reason TEXT NOT NULL,
    CONSTRAINT officer_recusals_pkey PRIMARY KEY (officer_id, organization_id)
);
CREATE INDEX officer_recusals_organization_id_idx ON officer_recusals (organization_id);
