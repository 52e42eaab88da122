//! Rows and vocabulary of invitations.

use diesel::prelude::*;

use crate::briefings::model::Briefing;
use crate::briefings::rules;
use crate::kernel::id::{BriefingId, BriefingInvitationId, OrganizationId, RegistrationId};
use crate::kernel::time::Timestamp;
use crate::schema::briefing_invitations;

crate::text_enum! {
    /// Where an invitation stands, as it is stored.
    pub enum InvitationStatus {
        /// Not answered.
        Pending => "pending",
        /// Accepted: the person is registered.
        Accepted => "accepted",
        /// Declined.
        Declined => "declined",
        /// Somebody else was sent, and has an invitation of their own.
        Delegated => "delegated",
        /// Taken back.
        Revoked => "revoked",
    }
}

crate::text_enum! {
    /// Where an invitation stands.
    pub enum InvitationState {
        /// Not answered.
        Pending => "pending",
        /// Not answered in time.
        Expired => "expired",
        /// Accepted: the person is registered.
        Accepted => "accepted",
        /// Declined.
        Declined => "declined",
        /// Somebody else was sent, and has an invitation of their own.
        Delegated => "delegated",
        /// Taken back.
        Revoked => "revoked",
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = briefing_invitations, treat_none_as_null = true)]
pub struct Invitation {
    /// Its id.
    pub id: BriefingInvitationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that the person belongs to.
    pub organization_id: OrganizationId,
    /// The person's full name.
    pub name: String,
    /// The person's address as it was given.
    pub email: String,
    /// The address as it is compared.
    pub email_folded: String,
    /// The person's office or function.
    pub title: Option<String>,
    /// Where it stands.
    pub status: InvitationStatus,
    /// The digest of the link's token.
    pub link_digest: String,
    /// When the link ends, if before registration closes.
    pub expires_at: Option<Timestamp>,
    /// How often a link was sent.
    pub sends: i64,
    /// When the link was last sent.
    pub sent_at: Timestamp,
    /// The invitation of whoever sends this person.
    pub delegated_from: Option<BriefingInvitationId>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// What was said with the answer.
    pub note: Option<String>,
    /// The registration that was made of it.
    pub registration_id: Option<RegistrationId>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Invitation {
    /// Until when it can be answered: its own time, or until registration closes.
    #[must_use]
    pub fn ends_at(&self, briefing: &Briefing) -> Timestamp {
        let closes = rules::registration_closes_at(briefing);
        self.expires_at.map_or(closes, |own| own.min(closes))
    }

    /// Where it stands at this instant.
    #[must_use]
    pub fn state(&self, briefing: &Briefing, now: Timestamp) -> InvitationState {
        match self.status {
            InvitationStatus::Pending if self.ends_at(briefing) <= now => InvitationState::Expired,
            InvitationStatus::Pending => InvitationState::Pending,
            InvitationStatus::Accepted => InvitationState::Accepted,
            InvitationStatus::Declined => InvitationState::Declined,
            InvitationStatus::Delegated => InvitationState::Delegated,
            InvitationStatus::Revoked => InvitationState::Revoked,
        }
    }
}
