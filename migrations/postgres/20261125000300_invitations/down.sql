DROP TABLE briefing_reminders;
DROP TABLE registration_changes;
DROP TABLE briefing_invitations;
