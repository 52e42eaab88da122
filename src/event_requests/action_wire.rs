//! What is said with an action on an event request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event_requests::model::DocumentKind;
use crate::event_requests::wire::WorkQueue;
use crate::kernel::id::{BrieferId, UserId};
use crate::kernel::patch::Patch;

/// Why something is done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The date falls into the week of the ministerial meeting."}))]
pub struct RequiredReason {
    /// The reason, as both sides are told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// Which documents the city is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"documents": ["draft_agenda"], "reason": "Who speaks before and after?"}))]
pub struct DocumentDemand {
    /// Which; the last of them to arrive takes the request back to the office.
    #[schema(min_items = 1, max_items = 4)]
    pub documents: Vec<DocumentKind>,
    /// What the city is told.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// What is offered in place of what was asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "A deputy director could speak by video."}))]
pub struct SubstituteOffer {
    /// The offer, as the city is told. Nobody is named before the request is confirmed.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
    /// Who would come.
    #[serde(default)]
    pub official_id: Option<BrieferId>,
}

/// Who has a request in hand, and who is to come.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"official_id": "bfr_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct Assignment {
    /// Who of the office has it in hand.
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    pub assignee_id: Patch<UserId>,
    /// The official who is to come.
    #[serde(default)]
    #[schema(value_type = Option<BrieferId>)]
    pub official_id: Patch<BrieferId>,
}

/// What is told after an event.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"attendance": 165, "outcome": "Two suppliers met partners from Puebla."}))]
pub struct ReportInput {
    /// How many came.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub attendance: Option<i64>,
    /// What came of it.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub outcome: String,
}

/// How full the work queues are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"queues": [{"queue": "mine", "count": 4}, {"queue": "overdue", "count": 0}]}))]
pub struct WorkQueues {
    /// Each queue.
    pub queues: Vec<QueueCount>,
}

/// How full one work queue is.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueCount {
    /// The queue; `GET /v1/event-requests?queue=…` lists it.
    pub queue: WorkQueue,
    /// How many requests it holds.
    pub count: i64,
}

/// Something that happened to a request, as a person would tell it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"data": [{
    "at": "2027-01-20T17:00:00Z", "type": "event_request.submitted", "who": "Ana Ruiz",
    "text": "Ana Ruiz submitted the request as ER-2027-000123."
}]}))]
pub struct History {
    /// What happened, the oldest first.
    pub data: Vec<HistoryEntry>,
}

/// One entry of a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// When.
    pub at: crate::kernel::time::Timestamp,
    /// What, for programs.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who, as far as the caller is told.
    pub who: String,
    /// What, in a sentence.
    pub text: String,
}
