CREATE TABLE organizations (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT organizations_kind_check CHECK (kind IN ('national_office', 'federal_agency', 'state', 'county', 'municipality', 'tribal_government', 'territory', 'association', 'other')),
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C" NOT NULL,
    subdivision TEXT COLLATE "C",
    parent_id TEXT COLLATE "C" CONSTRAINT organizations_parent_id_fkey REFERENCES organizations (id),
    population BIGINT CONSTRAINT organizations_population_check CHECK (population >= 0),
    time_zone TEXT COLLATE "C",
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    source_id TEXT COLLATE "C" CONSTRAINT organizations_source_id_key UNIQUE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX organizations_name_idx ON organizations (name_folded, id);
CREATE INDEX organizations_parent_id_idx ON organizations (parent_id);
CREATE INDEX organizations_place_idx ON organizations (country, subdivision, kind);
CREATE INDEX organizations_population_idx ON organizations (COALESCE(population, -1), id);

CREATE TABLE briefers (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C",
    email TEXT COLLATE "C",
    organization_id TEXT COLLATE "C" CONSTRAINT briefers_organization_id_fkey REFERENCES organizations (id),
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX briefers_name_idx ON briefers (name_folded, id);
CREATE INDEX briefers_organization_id_idx ON briefers (organization_id);

CREATE TABLE venues (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    capacity BIGINT CONSTRAINT venues_capacity_check CHECK (capacity >= 1),
    organization_id TEXT COLLATE "C" CONSTRAINT venues_organization_id_fkey REFERENCES organizations (id),
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX venues_name_idx ON venues (name_folded, id);
CREATE INDEX venues_organization_id_idx ON venues (organization_id);
