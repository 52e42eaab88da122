-- Calendars that calendar programs subscribe to. What is in one is computed when it is read.
CREATE TABLE calendar_feeds (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    -- SHA-256 of the token in the address; the token itself is stored nowhere.
    token_digest TEXT COLLATE "C" NOT NULL CONSTRAINT calendar_feeds_token_digest_key UNIQUE,
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT calendar_feeds_kind_check CHECK (kind IN ('personal', 'organization')),
    owner_id TEXT COLLATE "C" NOT NULL CONSTRAINT calendar_feeds_owner_id_fkey REFERENCES users (id),
    organization_id TEXT COLLATE "C" CONSTRAINT calendar_feeds_organization_id_fkey REFERENCES organizations (id),
    name TEXT COLLATE "C" NOT NULL,
    -- What it shows, with spaces between.
    includes TEXT COLLATE "C" NOT NULL,
    last_used_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT calendar_feeds_organization_check CHECK ((kind = 'organization') = (organization_id IS NOT NULL))
);
CREATE INDEX calendar_feeds_owner_id_idx ON calendar_feeds (owner_id, id);
CREATE INDEX calendar_feeds_organization_id_idx ON calendar_feeds (organization_id, id);
CREATE INDEX calendar_feeds_created_at_idx ON calendar_feeds (created_at, id);
