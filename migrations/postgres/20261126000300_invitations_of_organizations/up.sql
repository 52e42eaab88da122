-- One invitation a person, briefing and organization: whether another organization has invited
-- somebody is nothing that delegating to them may tell.
DROP INDEX briefing_invitations_person_key;
CREATE UNIQUE INDEX briefing_invitations_person_key ON briefing_invitations (briefing_id, organization_id, email_folded) WHERE status <> 'revoked';
