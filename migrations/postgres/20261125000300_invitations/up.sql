CREATE TABLE briefing_invitations (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_invitations_briefing_id_fkey REFERENCES briefings (id),
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_invitations_organization_id_fkey REFERENCES organizations (id),
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    email_folded TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_invitations_status_check CHECK (status IN ('pending', 'accepted', 'declined', 'delegated', 'revoked')),
    link_digest TEXT COLLATE "C" NOT NULL CONSTRAINT briefing_invitations_link_digest_key UNIQUE,
    expires_at TIMESTAMP,
    sends BIGINT NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    delegated_from TEXT COLLATE "C" CONSTRAINT briefing_invitations_delegated_from_fkey REFERENCES briefing_invitations (id),
    answered_at TIMESTAMP,
    note TEXT COLLATE "C",
    registration_id TEXT COLLATE "C" CONSTRAINT briefing_invitations_registration_id_fkey REFERENCES registrations (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT briefing_invitations_answer_check CHECK ((answered_at IS NULL) = (status IN ('pending', 'revoked'))),
    CONSTRAINT briefing_invitations_registration_check CHECK ((status = 'accepted') = (registration_id IS NOT NULL))
);
-- One invitation a person and briefing. Whose invitation was taken back may be invited again.
CREATE UNIQUE INDEX briefing_invitations_person_key ON briefing_invitations (briefing_id, email_folded) WHERE status <> 'revoked';
CREATE INDEX briefing_invitations_created_at_idx ON briefing_invitations (briefing_id, created_at, id);
CREATE INDEX briefing_invitations_organization_id_idx ON briefing_invitations (organization_id, briefing_id);
CREATE UNIQUE INDEX briefing_invitations_delegated_from_key ON briefing_invitations (delegated_from) WHERE delegated_from IS NOT NULL AND status <> 'revoked';

CREATE TABLE registration_changes (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    registration_id TEXT COLLATE "C" NOT NULL CONSTRAINT registration_changes_registration_id_fkey REFERENCES registrations (id),
    briefing_id TEXT COLLATE "C" NOT NULL CONSTRAINT registration_changes_briefing_id_fkey REFERENCES briefings (id),
    organization_id TEXT COLLATE "C" NOT NULL CONSTRAINT registration_changes_organization_id_fkey REFERENCES organizations (id),
    kind TEXT COLLATE "C" NOT NULL CONSTRAINT registration_changes_kind_check CHECK (kind IN ('update', 'cancel')),
    change TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CONSTRAINT registration_changes_status_check CHECK (status IN ('pending', 'accepted', 'refused', 'superseded')),
    requested_by TEXT COLLATE "C" CONSTRAINT registration_changes_requested_by_fkey REFERENCES users (id),
    decided_by TEXT COLLATE "C" CONSTRAINT registration_changes_decided_by_fkey REFERENCES users (id),
    decided_at TIMESTAMP,
    reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT registration_changes_decision_check CHECK ((decided_by IS NOT NULL AND decided_at IS NOT NULL) = (status IN ('accepted', 'refused')))
);
-- One wish at a time: a newer one takes the place of the one before.
CREATE UNIQUE INDEX registration_changes_pending_key ON registration_changes (registration_id) WHERE status = 'pending';
CREATE INDEX registration_changes_created_at_idx ON registration_changes (created_at, id);
CREATE INDEX registration_changes_organization_id_idx ON registration_changes (organization_id, created_at, id);
CREATE INDEX registration_changes_briefing_id_idx ON registration_changes (briefing_id, created_at, id);

CREATE TABLE briefing_reminders (
    briefing_id TEXT COLLATE "C" PRIMARY KEY NOT NULL CONSTRAINT briefing_reminders_briefing_id_fkey REFERENCES briefings (id),
    hours TEXT COLLATE "C",
    counted_from TIMESTAMP NOT NULL,
    next_at TIMESTAMP
);
CREATE INDEX briefing_reminders_next_at_idx ON briefing_reminders (next_at) WHERE next_at IS NOT NULL;

-- Those published before are looked at once, for what comes from their last change on.
INSERT INTO briefing_reminders (briefing_id, hours, counted_from, next_at)
SELECT id, NULL, updated_at, updated_at FROM briefings WHERE status = 'published';
