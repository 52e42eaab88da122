//! Batches of check-ins as clients send them, and the answers to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::check_ins::model::{CheckInAction, CheckInEntry, CheckInOutcome};
use crate::kernel::id::RegistrationId;
use crate::kernel::time::Timestamp;

/// What a device noted of an attendee.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "door-2:0017", "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "action": "check_in", "at": "2026-11-20T16:58:20Z"}))]
pub struct CheckInNote {
    /// What the device calls the note: no other note of this briefing is called so.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[0-9A-Za-z._:-]+$")]
    pub client_id: String,
    /// The registration.
    pub registration_id: RegistrationId,
    /// What it says.
    pub action: CheckInAction,
    /// When it was made, by the device's clock, which may be five minutes ahead.
    pub at: Timestamp,
}

/// What devices noted while they were offline.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entries": [{"client_id": "door-2:0017", "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "action": "check_in", "at": "2026-11-20T16:58:20Z"}]}))]
pub struct CheckInBatch {
    /// The notes, in any order.
    #[schema(min_items = 1, max_items = 500)]
    pub entries: Vec<CheckInNote>,
}

/// What became of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckInResult {
    /// What the device calls it.
    pub client_id: String,
    /// The registration.
    pub registration_id: RegistrationId,
    /// What became of it.
    pub outcome: CheckInOutcome,
    /// Why it was refused: the code of a problem.
    pub code: Option<String>,
}

impl CheckInResult {
    /// The answer to a note.
    #[must_use]
    pub fn of(entry: &CheckInEntry) -> Self {
        Self {
            client_id: entry.client_id.clone(),
            registration_id: entry.registration_id.clone(),
            outcome: entry.outcome,
            code: entry.code.clone(),
        }
    }
}

/// The answer to a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "results": [{"client_id": "door-2:0017", "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "outcome": "applied", "code": null}],
    "attended": 115
}))]
pub struct CheckInResults {
    /// What became of each note, in the order in which they were sent.
    pub results: Vec<CheckInResult>,
    /// How many came to the briefing, as far as is known now.
    pub attended: i64,
}
