//! Deliveries as clients see and replay them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::integrations::deliveries::model::{Attempt, Delivery as Row, DeliveryStatus};
use crate::integrations::event_types::EventType;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::kernel::time::Timestamp;

/// One event for one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "dlv_01jz8k2m4n6p8q0r2s4t6v8w0x", "endpoint_id": "whk_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "event_id": "evt_01jz8k2m4n6p8q0r2s4t6v8w0x", "event_type": "briefing.published",
    "status": "delivered", "attempt_count": 1, "next_attempt_at": null, "response_status": 200,
    "last_error": null, "delivered_at": "2027-01-05T14:00:01Z", "created_at": "2027-01-05T14:00:00Z",
    "allowed_actions": ["replay"]
}))]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint_id: WebhookEndpointId,
    /// The event, and the `webhook-id` of every attempt.
    pub event_id: EventId,
    /// The type of the event.
    pub event_type: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Attempts so far.
    pub attempt_count: i64,
    /// When it is tried next; only while it is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// The status of the receiver's last answer.
    pub response_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was accepted.
    pub delivered_at: Option<Timestamp>,
    /// When it was queued first.
    pub created_at: Timestamp,
    /// The attempts, the oldest first; only where one delivery is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attempts: Option<Vec<DeliveryAttempt>>,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "number": 1, "attempted_at": "2027-01-05T14:00:00Z", "duration_milliseconds": 85,
    "response_status": 200, "error": null
}))]
pub struct DeliveryAttempt {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub attempted_at: Timestamp,
    /// How long it took.
    pub duration_milliseconds: i64,
    /// The status of the answer.
    pub response_status: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Delivery {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let may_replay = scope.can(Permission::WebhooksWrite) && !scope.is_sandbox();
        Self {
            next_attempt_at: (row.status == DeliveryStatus::Pending).then_some(row.next_attempt_at),
            id: row.id,
            endpoint_id: row.endpoint_id,
            event_id: row.event_id,
            event_type: row.event_type,
            status: row.status,
            attempt_count: row.attempts,
            response_status: row.response_status,
            last_error: row.last_error,
            delivered_at: row.delivered_at,
            created_at: row.created_at,
            attempts: None,
            allowed_actions: may_replay
                .then(|| "replay".to_owned())
                .into_iter()
                .collect(),
        }
    }

    /// The same with its attempts.
    #[must_use]
    pub fn with_attempts(mut self, rows: Vec<Attempt>) -> Self {
        let attempts = rows.into_iter().map(|row| DeliveryAttempt {
            number: row.number,
            attempted_at: row.attempted_at,
            duration_milliseconds: row.duration_milliseconds,
            response_status: row.response_status,
            error: row.error,
        });
        self.attempts = Some(attempts.collect());
        self
    }
}

crate::text_enum! {
    /// The orders the list of deliveries has.
    pub enum DeliverySort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which deliveries are wanted.
    "deliveries" DeliveryQuery sorted by DeliverySort {
        /// What became of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<DeliveryStatus>,
        /// The type of the event, such as `briefing.published`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, max_length = 100, pattern = "^[a-z_]+\\.[a-z_]+$")]
        pub event_type: Option<String>,
    }
}

/// Which events are to be delivered again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2026-01-05T00:00:00Z", "until": "2026-01-06T00:00:00Z"}))]
pub struct ReplayEvents {
    /// Events that happened then or later.
    pub from: Timestamp,
    /// Events that happened before then.
    pub until: Timestamp,
    /// Of these types; of all that the endpoint wants when not given.
    #[schema(nullable = false, min_items = 1, max_items = 50)]
    pub event_types: Option<Vec<EventType>>,
}

/// What a replay has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"queued": 12}))]
pub struct Replayed {
    /// Events that are delivered again.
    pub queued: usize,
}
