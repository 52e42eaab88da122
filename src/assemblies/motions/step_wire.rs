//! What is said with a step of a motion, as clients send it.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::kernel::id::{AgendaItemId, AssemblyId, AssemblySessionId, SeatId};

/// For which seat a motion is moved or seconded.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ActForSeat {
    /// The seat; the caller's own when not given. The clerk names one.
    #[serde(default)]
    #[schema(nullable = false)]
    pub seat_id: Option<SeatId>,
}

/// A motion that is withdrawn or put aside.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Until the delegation is back."}))]
pub struct LayAside {
    /// The session in which that is done; the motion's when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
    /// What was said about it.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub note: Option<String>,
}

/// A motion that is taken up again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "As the assembly decided in March."}))]
pub struct TakeUpMotion {
    /// The session in which it is taken up; the motion's when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
    /// The item of that session's agenda; as before when not given, and none in another session.
    #[serde(default)]
    #[schema(nullable = false)]
    pub agenda_item_id: Option<AgendaItemId>,
    /// What was said about it.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub note: Option<String>,
}

/// A motion that a committee, or another body, gives back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "The committee recommends it as it stands."}))]
pub struct ReportBack {
    /// What it reports.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub note: String,
    /// The session in which it is taken up; the motion's when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
    /// The item of that session's agenda; as before when not given, and none in another session.
    #[serde(default)]
    #[schema(nullable = false)]
    pub agenda_item_id: Option<AgendaItemId>,
}

/// A motion that is given to a committee, or another body.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "Committee on trade", "reason": "The costs are open."}))]
pub struct ReferMotion {
    /// To whom.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub to: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
    /// The session in which that is done; the motion's when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
}

/// Before which other assembly a motion is brought.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct ForwardMotion {
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// A session of it that is not over; the next when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
    /// What was said about it.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub note: Option<String>,
}
