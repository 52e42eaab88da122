//! Claims: a worker takes a batch of what is due for one endpoint, and no other sends it meanwhile.
//!
//! A claim carries the worker's id and holds as long as the worker's lease. When the worker dies,
//! its lease runs out and another takes the claims over; what had been sent without being written
//! down is then sent again, under the same id.

use diesel::prelude::*;

use crate::integrations::deliveries::model::DeliveryStatus;
use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint};
use crate::integrations::endpoints::queries::eyes_of;
use crate::integrations::feed::{FeedEvent, FeedRow};
use crate::integrations::visibility;
use crate::kernel::db::lease;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::kernel::time::Timestamp;
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::{events, webhook_endpoints, worker_leases};

/// What the lease of a sending worker is called before its id.
const LEASE: &str = "webhooks:";

/// How long a lease that has run out is remembered, in seconds.
const REMEMBERED_FOR: i64 = 24 * 3600;

/// Takes or renews the lease of a worker, and forgets those of workers long dead.
///
/// # Errors
///
/// When the database fails.
pub fn renew_lease(tx: &mut Tx<'_>, worker: &str) -> Result<(), Problem> {
    lease::hold(tx, &format!("{LEASE}{worker}"), worker)?;
    let before = tx.now.plus_seconds(-REMEMBERED_FOR);
    diesel::delete(
        worker_leases::table
            .filter(worker_leases::name.like(format!("{LEASE}%")))
            .filter(worker_leases::expires_at.lt(before)),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// Gives the lease of a worker up, and with it every claim.
///
/// # Errors
///
/// When the database fails.
pub fn give_up_lease(tx: &mut Tx<'_>, worker: &str) -> Result<(), Problem> {
    lease::give_up(tx, &format!("{LEASE}{worker}"), worker)
}

/// The other workers whose claims hold.
fn others(conn: &mut Connection, worker: &str, now: Timestamp) -> QueryResult<Vec<Option<String>>> {
    let holders: Vec<String> = worker_leases::table
        .filter(worker_leases::name.like(format!("{LEASE}%")))
        .filter(worker_leases::expires_at.gt(now))
        .filter(worker_leases::holder.ne(worker))
        .select(worker_leases::holder)
        .load(conn)?;
    Ok(holders.into_iter().map(Some).collect())
}

/// The endpoints for which something is due that no other worker has claimed.
///
/// # Errors
///
/// When the database fails.
pub fn due_endpoints(
    conn: &mut Connection,
    worker: &str,
    now: Timestamp,
) -> Result<Vec<WebhookEndpointId>, Problem> {
    let others = others(conn, worker, now)?;
    let due = webhook_deliveries::table
        .filter(dsl::endpoint_id.eq(webhook_endpoints::id))
        .filter(dsl::status.eq(DeliveryStatus::Pending))
        .filter(dsl::next_attempt_at.le(now))
        .filter(dsl::claimed_by.is_null().or(dsl::claimed_by.ne_all(others)));
    Ok(webhook_endpoints::table
        .filter(webhook_endpoints::status.eq(EndpointStatus::Active))
        .filter(diesel::dsl::exists(due))
        .select(webhook_endpoints::id)
        .load(conn)?)
}

/// What one worker is to send to one endpoint.
#[derive(Debug)]
pub struct Batch {
    /// The endpoint, as it was when the batch was claimed.
    pub endpoint: WebhookEndpoint,
    /// The deliveries with their events.
    pub items: Vec<(DeliveryId, FeedEvent)>,
}

/// Claims what is due for this endpoint, the longest due first. What the organization may no longer
/// know of is dropped: a briefing may have been given another marking or audience since.
///
/// # Errors
///
/// When the database fails.
pub fn claim(
    tx: &mut Tx<'_>,
    endpoint: &Locked<WebhookEndpoint>,
    worker: &str,
    most: i64,
) -> Result<Batch, Problem> {
    let others = others(tx.conn, worker, tx.now)?;
    let due: Vec<(DeliveryId, EventId)> = webhook_deliveries::table
        .filter(dsl::endpoint_id.eq(&endpoint.id))
        .filter(dsl::status.eq(DeliveryStatus::Pending))
        .filter(dsl::next_attempt_at.le(tx.now))
        .filter(dsl::claimed_by.is_null().or(dsl::claimed_by.ne_all(others)))
        .order((dsl::next_attempt_at, dsl::position))
        .limit(most)
        .select((dsl::id, dsl::event_id))
        .load(tx.conn)?;
    let mut batch = Batch {
        endpoint: (**endpoint).clone(),
        items: Vec::new(),
    };
    if due.is_empty() {
        return Ok(batch);
    }
    let ids: Vec<EventId> = due.iter().map(|(_, event)| event.clone()).collect();
    let eyes = eyes_of(tx.conn, std::slice::from_ref(&endpoint.organization_id))?;
    let rows: Vec<FeedRow> = match eyes.get(&endpoint.organization_id) {
        Some(scope) => visibility::visible(scope)
            .filter(events::id.eq_any(ids))
            .select(FeedRow::as_select())
            .load(tx.conn)?,
        None => Vec::new(),
    };
    let mut visible: std::collections::HashMap<EventId, FeedEvent> = rows
        .into_iter()
        .map(|row| (row.id.clone(), FeedEvent::from(row)))
        .collect();
    let mut hidden = Vec::new();
    for (delivery, event) in due {
        match visible.remove(&event) {
            Some(event) => batch.items.push((delivery, event)),
            None => hidden.push(delivery),
        }
    }
    drop_hidden(tx, hidden)?;
    let claimed: Vec<&DeliveryId> = batch.items.iter().map(|(id, _)| id).collect();
    diesel::update(webhook_deliveries::table.filter(dsl::id.eq_any(claimed)))
        .set(dsl::claimed_by.eq(worker))
        .execute(tx.conn)?;
    Ok(batch)
}

fn drop_hidden(tx: &mut Tx<'_>, hidden: Vec<DeliveryId>) -> QueryResult<()> {
    if hidden.is_empty() {
        return Ok(());
    }
    diesel::update(webhook_deliveries::table.filter(dsl::id.eq_any(hidden)))
        .set((
            dsl::status.eq(DeliveryStatus::Failed),
            dsl::claimed_by.eq(None::<String>),
            dsl::last_error.eq("no longer visible to the organization"),
        ))
        .execute(tx.conn)
        .map(drop)
}
