//! Changes that came too late, as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::registrations::changes::lifecycle::ChangeStatus;
use crate::briefings::registrations::changes::model::{ChangeKind, RegistrationChange as Row};
use crate::briefings::registrations::wire::UpdateRegistration;
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationChangeId, RegistrationId, UserId};
use crate::kernel::time::Timestamp;

/// A change of a registration that was asked for after the deadline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "chg_01jz8k2m4n6p8q0r2s4t6v8w0x", "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "kind": "update", "change": {"accommodations": "Sign-language interpreter"}, "status": "pending",
    "requested_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "decided_by": null, "decided_at": null, "reason": null,
    "version": 1, "created_at": "2027-03-09T09:00:00Z", "updated_at": "2027-03-09T09:00:00Z",
    "allowed_actions": ["accept", "refuse"]
}))]
pub struct RegistrationChange {
    /// Its id.
    pub id: RegistrationChangeId,
    /// The registration. It stays as it is until the change is accepted.
    pub registration_id: RegistrationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// What is asked for.
    pub kind: ChangeKind,
    /// The members to be changed; empty for a cancellation.
    pub change: UpdateRegistration,
    /// Where it stands.
    pub status: ChangeStatus,
    /// Who asked; nobody for an API key.
    pub requested_by: Option<UserId>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl RegistrationChange {
    /// The row, with what the caller may do with it.
    #[must_use]
    pub fn of(row: Row, allowed_actions: Vec<String>) -> Self {
        Self {
            id: row.id,
            registration_id: row.registration_id,
            briefing_id: row.briefing_id,
            organization_id: row.organization_id,
            kind: row.kind,
            change: serde_json::from_str(&row.change).unwrap_or_default(),
            status: row.status,
            requested_by: row.requested_by,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            reason: row.reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions,
        }
    }
}

crate::text_enum! {
    /// The orders the list of changes has.
    pub enum RegistrationChangeSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which changes are wanted.
    "registration-changes" RegistrationChangeQuery sorted by RegistrationChangeSort {
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<ChangeStatus>,
        /// Of this briefing.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub briefing_id: Option<BriefingId>,
        /// Of this registration.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub registration_id: Option<RegistrationId>,
        /// Of attendees that this organization sends.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// Why a change is accepted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The venue's guard could still be told."}))]
pub struct AcceptanceInput {
    /// The reason, as whoever asked is told.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}
