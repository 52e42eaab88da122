DROP TABLE minutes_corrections;
DROP TABLE minutes_records;
DROP TABLE minutes;
DROP FUNCTION minutes_corrections_append_only();
DROP FUNCTION minutes_records_append_only();
