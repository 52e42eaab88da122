DROP INDEX briefing_invitations_person_key;
CREATE UNIQUE INDEX briefing_invitations_person_key ON briefing_invitations (briefing_id, email_folded) WHERE status <> 'revoked';
