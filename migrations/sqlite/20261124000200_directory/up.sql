CREATE TABLE organizations (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CONSTRAINT organizations_kind_check CHECK (kind IN ('national_office', 'federal_agency', 'state', 'county', 'municipality', 'tribal_government', 'territory', 'association', 'other')),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    country TEXT NOT NULL,
    subdivision TEXT,
    parent_id TEXT CONSTRAINT organizations_parent_id_fkey REFERENCES organizations (id),
    population BIGINT CONSTRAINT organizations_population_check CHECK (population >= 0),
    time_zone TEXT,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    source_id TEXT CONSTRAINT organizations_source_id_key UNIQUE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX organizations_name_idx ON organizations (name_folded, id);
CREATE INDEX organizations_parent_id_idx ON organizations (parent_id);
CREATE INDEX organizations_place_idx ON organizations (country, subdivision, kind);
CREATE INDEX organizations_population_idx ON organizations (COALESCE(population, -1), id);

CREATE TABLE briefers (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    title TEXT,
    email TEXT,
    organization_id TEXT CONSTRAINT briefers_organization_id_fkey REFERENCES organizations (id),
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX briefers_name_idx ON briefers (name_folded, id);
CREATE INDEX briefers_organization_id_idx ON briefers (organization_id);

CREATE TABLE venues (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    address TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    capacity BIGINT CONSTRAINT venues_capacity_check CHECK (capacity >= 1),
    organization_id TEXT CONSTRAINT venues_organization_id_fkey REFERENCES organizations (id),
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX venues_name_idx ON venues (name_folded, id);
CREATE INDEX venues_organization_id_idx ON venues (organization_id);
