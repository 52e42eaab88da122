//! Rows and vocabulary of deliveries.

use diesel::prelude::*;

use crate::kernel::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::kernel::time::Timestamp;
use crate::schema::{webhook_attempts, webhook_deliveries};

crate::text_enum! {
    /// What became of a delivery.
    pub enum DeliveryStatus {
        /// It is to be sent, for the first time or again.
        Pending => "pending",
        /// The receiver has accepted it.
        Delivered => "delivered",
        /// It is given up, until it is replayed.
        Failed => "failed",
    }
}

/// One event for one endpoint.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint_id: WebhookEndpointId,
    /// The event.
    pub event_id: EventId,
    /// The type of the event.
    pub event_type: String,
    /// The event's place in the journal.
    pub position: i64,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Attempts so far.
    pub attempts: i64,
    /// Attempts since it was last queued: the place in the schedule.
    pub round_attempts: i64,
    /// When it is due.
    pub next_attempt_at: Timestamp,
    /// The worker that is sending it.
    pub claimed_by: Option<String>,
    /// The status of the receiver's last answer.
    pub response_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was accepted.
    pub delivered_at: Option<Timestamp>,
    /// When it was queued first.
    pub created_at: Timestamp,
}

impl Delivery {
    /// A delivery that is due now.
    #[must_use]
    pub fn fresh(
        endpoint_id: WebhookEndpointId,
        event_id: EventId,
        event_type: String,
        position: i64,
        now: Timestamp,
    ) -> Self {
        Self {
            id: DeliveryId::fresh(),
            endpoint_id,
            event_id,
            event_type,
            position,
            status: DeliveryStatus::Pending,
            attempts: 0,
            round_attempts: 0,
            next_attempt_at: now,
            claimed_by: None,
            response_status: None,
            last_error: None,
            delivered_at: None,
            created_at: now,
        }
    }
}

/// One attempt to deliver.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_attempts, treat_none_as_default_value = false)]
pub struct Attempt {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// The how-manieth.
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
