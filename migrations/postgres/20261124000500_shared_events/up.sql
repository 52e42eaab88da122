-- What the event feed and webhooks tell; null: the office's own affair.
ALTER TABLE events ADD COLUMN shared TEXT COLLATE "C";
CREATE INDEX events_organization_idx ON events (organization_id, position);

-- How far each reader of the journal has come.
CREATE TABLE journal_readers (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);
