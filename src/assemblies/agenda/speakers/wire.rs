//! Places in a list of speakers as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::agenda::model::SpeakerStatus;
use crate::kernel::id::{
    AgendaItemId, AssemblySessionId, OrganizationId, SeatId, SpeakerId, UserId,
};
use crate::kernel::time::Timestamp;

/// A place in the list of speakers of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "spk_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "item_id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x", "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix",
    "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "is_point_of_order": false,
    "note": "The port's view", "status": "waiting", "position": 1, "requested_at": "2031-03-10T18:00:00Z",
    "started_at": null, "ended_at": null, "seconds_spoken": 0, "allowed_actions": ["withdraw"]
}))]
pub struct AgendaSpeaker {
    /// Its id.
    pub id: SpeakerId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The item.
    pub item_id: AgendaItemId,
    /// The seat that is spoken for.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization_name: String,
    /// Who speaks.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether it is a point of order, which goes before every speech.
    pub is_point_of_order: bool,
    /// What it is about.
    pub note: Option<String>,
    /// Where it stands.
    pub status: SpeakerStatus,
    /// Its place among those who wait, from 1.
    pub position: Option<i64>,
    /// When the floor was asked for.
    pub requested_at: Timestamp,
    /// When they began.
    pub started_at: Option<Timestamp>,
    /// When they ended.
    pub ended_at: Option<Timestamp>,
    /// For how many seconds they have spoken.
    pub seconds_spoken: i64,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// Asking for the floor.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "note": "The port's view"}))]
pub struct AskForFloor {
    /// The seat that is spoken for. Needed by the clerk, and by whoever may act for several.
    pub seat_id: Option<SeatId>,
    /// Who speaks, where the clerk enters them; the holder of the seat when not given.
    pub user_id: Option<UserId>,
    /// Whether it is a point of order; not when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub is_point_of_order: bool,
    /// What it is about.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub note: Option<String>,
}
