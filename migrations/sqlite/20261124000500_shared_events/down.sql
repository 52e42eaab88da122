DROP TABLE journal_readers;
DROP INDEX events_organization_idx;
DROP TRIGGER events_no_update;
ALTER TABLE events DROP COLUMN shared;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
WHEN OLD.position IS NOT NULL
    OR NEW.sequence IS NOT OLD.sequence OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind
    OR NEW.occurred_at IS NOT OLD.occurred_at OR NEW.actor_kind IS NOT OLD.actor_kind
    OR NEW.actor_id IS NOT OLD.actor_id OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
    OR NEW.subject_version IS NOT OLD.subject_version OR NEW.marking IS NOT OLD.marking
    OR NEW.payload IS NOT OLD.payload OR NEW.request_id IS NOT OLD.request_id
BEGIN
    SELECT RAISE(ABORT, 'events_append_only');
END;
