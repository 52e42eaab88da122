DROP TABLE request_documents;
DROP TABLE request_comments;
DROP TABLE clearances;
DROP TABLE event_request_reports;
DROP TABLE event_request_duplicates;
DROP TABLE event_request_clocks;
DROP TABLE event_request_series;
DROP TABLE event_requests;
