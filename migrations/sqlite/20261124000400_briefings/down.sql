DROP TABLE registrations;
DROP TABLE bookings;
DROP TABLE briefing_audiences;
DROP TABLE briefing_briefers;
DROP TABLE briefings;
