DROP TABLE journal_readers;
DROP INDEX events_organization_idx;
ALTER TABLE events DROP COLUMN shared;
