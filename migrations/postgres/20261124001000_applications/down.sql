DROP TABLE sign_offs;
DROP TABLE reviews;
DROP TABLE declared_conflicts;
DROP TABLE review_assignments;
DROP TABLE panel_members;
DROP TABLE applications;
DROP FUNCTION sign_offs_append_only();
