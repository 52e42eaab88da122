//! After-action reports as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::follow_ups::wire::FollowUp;
use crate::kernel::day::Day;
use crate::kernel::id::{BriefingId, UserId};
use crate::kernel::time::Timestamp;

/// Something that came of a briefing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    min_length = 1,
    max_length = 1000,
    pattern = r"\S",
    example = "Tempe and Phoenix share a contact at the trade section."
)]
pub struct BriefingOutcome(pub String);

/// How many came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttendanceFigures {
    /// People who had a seat when the report was filed.
    pub registered: i64,
    /// Those of them who had come.
    pub attended: i64,
    /// People who came without being registered, as the report says.
    pub walk_ins: i64,
}

/// A person of the office.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StaffMember {
    /// The account.
    pub id: UserId,
    /// The name.
    pub name: String,
}

/// An after-action report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "summary": "Twenty cities asked about export controls.",
    "outcomes": ["Tempe and Phoenix share a contact at the trade section."],
    "figures": {"registered": 200, "attended": 115, "walk_ins": 3}, "follow_ups": [],
    "filed_by": {"id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Dana Whitfield"}, "version": 1,
    "created_at": "2027-03-11T15:00:00Z", "updated_at": "2027-03-11T15:00:00Z", "allowed_actions": ["update"]
}))]
pub struct AfterAction {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// What happened.
    pub summary: String,
    /// What came of it.
    pub outcomes: Vec<BriefingOutcome>,
    /// How many came, as the records said when the report was last filed.
    pub figures: AttendanceFigures,
    /// What is to follow, by the day on which it is due.
    pub follow_ups: Vec<FollowUp>,
    /// Who filed it last.
    pub filed_by: StaffMember,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was first filed.
    pub created_at: Timestamp,
    /// When it was last filed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// Something that is to follow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"task": "Send the list of contacts to Tempe.", "owner_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "due_on": "2031-04-01"}))]
pub struct NewFollowUp {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub task: String,
    /// Who of the office sees to it.
    pub owner_id: UserId,
    /// Until when.
    pub due_on: Day,
}

/// An after-action report as it is filed, in place of an earlier one. Follow-ups that stand there stay.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "summary": "Twenty cities asked about export controls.",
    "outcomes": ["Tempe and Phoenix share a contact at the trade section."], "walk_ins": 3,
    "follow_ups": [{"task": "Send the list of contacts to Tempe.", "owner_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "due_on": "2031-04-01"}]
}))]
pub struct FileAfterAction {
    /// What happened.
    #[schema(min_length = 1, max_length = 20_000, pattern = r"\S")]
    pub summary: String,
    /// What came of it.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub outcomes: Vec<BriefingOutcome>,
    /// How many came without being registered.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 1_000_000)]
    pub walk_ins: i64,
    /// What is to follow besides what stands there. One that stands there in the same words, with the
    /// same owner and day, is not added again.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub follow_ups: Vec<NewFollowUp>,
}
