//! Follow-ups as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::follow_ups::model::FollowUpStatus;
use crate::kernel::day::Day;
use crate::kernel::id::{BriefingId, FollowUpId, UserId};
use crate::kernel::time::Timestamp;

/// The briefing that something follows from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowedBriefing {
    /// Its id.
    pub id: BriefingId,
    /// What it is called.
    pub title: String,
}

/// Who sees to something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUpOwner {
    /// The account.
    pub id: UserId,
    /// The name.
    pub name: String,
}

/// What somebody of the office is to do after a briefing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "flw_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "briefing": {"id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Semiconductor supply chains"},
    "task": "Send the list of contacts to Tempe.",
    "owner": {"id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Dana Whitfield"},
    "due_on": "2031-04-01", "status": "open", "note": null, "settled_at": null, "settled_by": null, "version": 1,
    "created_at": "2027-03-11T15:00:00Z", "updated_at": "2027-03-11T15:00:00Z", "allowed_actions": ["update", "settle"]
}))]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// The briefing.
    pub briefing: FollowedBriefing,
    /// What is to be done.
    pub task: String,
    /// Who sees to it.
    pub owner: FollowUpOwner,
    /// Until when.
    pub due_on: Day,
    /// Whether it is still to be done.
    pub status: FollowUpStatus,
    /// What was noted when it was settled.
    pub note: Option<String>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// Who settled it.
    pub settled_by: Option<UserId>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

crate::text_enum! {
    /// The orders the list of follow-ups has.
    pub enum FollowUpSort {
        /// By the day on which they are due, the first first.
        DueOn => "due_on",
        /// By the day on which they are due, the last first.
        DueOnDescending => "-due_on",
    }
}

crate::list_query! {
    /// Which follow-ups are wanted.
    "follow-ups" FollowUpQuery sorted by FollowUpSort {
        /// Whether they are still to be done.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<FollowUpStatus>,
        /// Who sees to them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub owner_id: Option<UserId>,
        /// The briefing that they follow from.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub briefing_id: Option<BriefingId>,
        /// Due before this day.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub due_before: Option<Day>,
    }
}

/// A change of a follow-up: absent members keep their value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"due_on": "2031-04-15"}))]
pub struct UpdateFollowUp {
    /// What is to be done.
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub task: Option<String>,
    /// Who of the office sees to it.
    #[schema(nullable = false)]
    pub owner_id: Option<UserId>,
    /// Until when.
    #[schema(nullable = false)]
    pub due_on: Option<Day>,
}

/// What is noted when something is settled.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Sent on Tuesday."}))]
pub struct SettleFollowUp {
    /// The note.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}
