DROP TABLE follow_ups;
DROP TABLE after_actions;
DROP TABLE check_in_entries;
DROP TABLE attendance_marks;
DROP TABLE materials;
DROP TABLE access_data_requests;
DROP TABLE access_data;
ALTER TABLE venues DROP COLUMN requires_access_data;
