DROP TABLE motion_steps;
DROP TABLE motion_seconds;
DROP TABLE motion_texts;
DROP TABLE motions;
