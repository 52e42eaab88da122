DROP TABLE late_codes;
DROP TABLE call_forms;
DROP TABLE calls;
DROP TABLE programs;
