ALTER TABLE briefings DROP COLUMN sequence;
