//! The journal as auditors see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::id::{EventId, OrganizationId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "evt_01jz8k2m4n6p8q0r2s4t6v8w0x", "position": 42, "type": "briefing.published",
    "occurred_at": "2027-01-05T14:00:00Z", "actor": {"kind": "user", "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x"},
    "organization_id": null, "subject": {"kind": "briefing", "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 3},
    "marking": "official_use", "payload": {"reason": null}, "request_id": "01jz8k2m4n6p8q0r2s4t6v8w0x",
    "hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
}))]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// Its place in the journal.
    pub position: i64,
    /// What happened, as `<resource>.<past participle>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub occurred_at: Timestamp,
    /// Who did it.
    pub actor: EventActor,
    /// Whose affair it is.
    pub organization_id: Option<OrganizationId>,
    /// What it is about.
    pub subject: EventSubject,
    /// How widely it may be known.
    pub marking: Marking,
    /// What changed.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// The request that asked for it.
    pub request_id: String,
    /// Its link in the chain of hashes.
    pub hash: String,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventActor {
    /// `user`, `api_key`, `system` or `anonymous`.
    pub kind: String,
    /// The account or key.
    pub id: Option<String>,
}

/// What something happened to.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventSubject {
    /// The kind of resource.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version after the change.
    pub version: Option<i64>,
}

crate::text_enum! {
    /// The orders the journal has.
    pub enum AuditSort {
        /// The oldest first.
        Position => "position",
        /// The newest first.
        PositionDescending => "-position",
    }
}

crate::list_query! {
    /// Which events are wanted.
    "audit-events" AuditQuery sorted by AuditSort {
        /// What happened, such as `briefing.published`.
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = "^[a-z_]+\\.[a-z_]+$")]
        pub kind: Option<String>,
        /// Who did it: the id of an account or key.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 40)]
        pub actor_id: Option<String>,
        /// What it happened to: the id of a record.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 200)]
        pub subject_id: Option<String>,
        /// Whose affair it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}
