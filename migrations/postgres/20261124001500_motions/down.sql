DROP TABLE motion_steps;
DROP TABLE motion_seconds;
DROP TABLE motion_texts;
DROP TABLE motions;
DROP FUNCTION motion_steps_append_only();
DROP FUNCTION motion_seconds_append_only();
DROP FUNCTION motion_texts_append_only();
