-- What the event feed and webhooks tell; null: the office's own affair.
ALTER TABLE events ADD COLUMN shared TEXT;
CREATE INDEX events_organization_idx ON events (organization_id, position);

DROP TRIGGER events_no_update;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
WHEN OLD.position IS NOT NULL
    OR NEW.sequence IS NOT OLD.sequence OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind
    OR NEW.occurred_at IS NOT OLD.occurred_at OR NEW.actor_kind IS NOT OLD.actor_kind
    OR NEW.actor_id IS NOT OLD.actor_id OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
    OR NEW.subject_version IS NOT OLD.subject_version OR NEW.marking IS NOT OLD.marking
    OR NEW.payload IS NOT OLD.payload OR NEW.request_id IS NOT OLD.request_id
    OR NEW.shared IS NOT OLD.shared
BEGIN
    SELECT RAISE(ABORT, 'events_append_only');
END;

-- How far each reader of the journal has come.
CREATE TABLE journal_readers (
    name TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);
