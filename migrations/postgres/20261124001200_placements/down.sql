DROP TABLE postings;
DROP TABLE placement_reports;
DROP TABLE placement_terms;
DROP TABLE placement_holds;
DROP TABLE placements;
DROP FUNCTION placement_holds_no_overlap();
