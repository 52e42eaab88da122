CREATE TABLE webhook_endpoints (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT webhook_endpoints_organization_id_fkey REFERENCES organizations (id),
    url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    -- Types of events, separated by spaces; empty: all.
    event_types TEXT COLLATE "C" NOT NULL,
    sealed_secret TEXT COLLATE "C" NOT NULL,
    sealed_previous_secret TEXT COLLATE "C",
    previous_secret_until TIMESTAMP,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT webhook_endpoints_status_check CHECK (status IN ('active', 'disabled')),
    disabled_reason TEXT COLLATE "C",
    -- Since when every attempt has failed.
    failing_since TIMESTAMP,
    -- Events up to this position of the journal are from before its time.
    starts_after BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX webhook_endpoints_organization_id_idx ON webhook_endpoints (organization_id, id);

CREATE TABLE webhook_deliveries (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    endpoint_id TEXT COLLATE "C" NOT NULL CONSTRAINT webhook_deliveries_endpoint_id_fkey REFERENCES webhook_endpoints (id),
    event_id TEXT COLLATE "C" NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts BIGINT NOT NULL,
    -- Attempts since it was last queued: the place in the schedule of retries.
    round_attempts BIGINT NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    claimed_by TEXT COLLATE "C",
    response_status BIGINT,
    last_error TEXT COLLATE "C",
    delivered_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT webhook_deliveries_event_key UNIQUE (endpoint_id, event_id)
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (endpoint_id, next_attempt_at, position) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_endpoint_id_idx ON webhook_deliveries (endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
    delivery_id TEXT COLLATE "C" NOT NULL CONSTRAINT webhook_attempts_delivery_id_fkey REFERENCES webhook_deliveries (id),
    number BIGINT NOT NULL,
    attempted_at TIMESTAMP NOT NULL,
    duration_milliseconds BIGINT NOT NULL,
    response_status BIGINT,
    error TEXT COLLATE "C",
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number)
);

-- From where the webhooks read on in the journal.
INSERT INTO journal_readers (name, position) VALUES ('webhooks', 0);
