DROP TABLE minutes_corrections;
DROP TABLE minutes_records;
DROP TABLE minutes;
