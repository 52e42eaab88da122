DROP TABLE briefing_series_exceptions;
DROP TABLE briefing_occurrences;
DROP TABLE briefing_series;
