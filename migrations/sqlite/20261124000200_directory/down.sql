DROP TABLE venues;
DROP TABLE briefers;
DROP TABLE organizations;
