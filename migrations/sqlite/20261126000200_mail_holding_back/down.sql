ALTER TABLE mail_messages DROP COLUMN is_held_back;
ALTER TABLE mail_messages DROP COLUMN useful_until;
