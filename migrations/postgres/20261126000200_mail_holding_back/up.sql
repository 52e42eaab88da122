-- After this instant the mail is of no use: it is not held back beyond it, and not sent later.
ALTER TABLE mail_messages ADD COLUMN useful_until TIMESTAMP;
-- Whether it waits for the recipient's quiet hours or digest, and not for anything else.
ALTER TABLE mail_messages ADD COLUMN is_held_back BOOLEAN NOT NULL DEFAULT FALSE;
