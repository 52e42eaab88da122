DROP TABLE secret_ballots;
DROP TABLE ballots;
DROP TABLE poll_voters;
DROP TABLE poll_seals;
DROP TABLE polls;
