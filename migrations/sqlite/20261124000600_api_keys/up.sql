CREATE TABLE api_keys (
    id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL CONSTRAINT api_keys_organization_id_fkey REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- Permissions, separated by spaces.
    scopes TEXT NOT NULL,
    is_sandbox BOOLEAN NOT NULL,
    created_by TEXT NOT NULL CONSTRAINT api_keys_created_by_fkey REFERENCES users (id),
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    revoked_by TEXT CONSTRAINT api_keys_revoked_by_fkey REFERENCES users (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX api_keys_organization_id_idx ON api_keys (organization_id, id);
CREATE INDEX api_keys_created_by_idx ON api_keys (created_by);
CREATE INDEX api_keys_revoked_by_idx ON api_keys (revoked_by);

-- A key may have two secrets while its owner changes over from one to the other.
CREATE TABLE api_key_secrets (
    digest TEXT PRIMARY KEY NOT NULL,
    key_id TEXT NOT NULL CONSTRAINT api_key_secrets_key_id_fkey REFERENCES api_keys (id),
    -- How the secret begins, for people to tell which one they hold.
    hint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- Until when it is good after it was replaced.
    retires_at TIMESTAMP,
    last_used_at TIMESTAMP
);
CREATE INDEX api_key_secrets_key_id_idx ON api_key_secrets (key_id);
