-- What a calendar compares to know which of two versions of an appointment is the later one
-- (RFC 5545, section 3.8.7.4).
ALTER TABLE briefings ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
