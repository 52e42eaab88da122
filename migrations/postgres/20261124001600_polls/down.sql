DROP TABLE secret_ballots;
DROP TABLE ballots;
DROP TABLE poll_voters;
DROP TABLE poll_seals;
DROP TABLE polls;
DROP FUNCTION secret_ballots_append_only();
DROP FUNCTION poll_voters_append_only();
