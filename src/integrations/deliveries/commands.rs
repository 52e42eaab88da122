//! Replaying: delivering again what was delivered, given up or never queued.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use crate::integrations::deliveries::fan_out::{self, Told};
use crate::integrations::deliveries::model::{Delivery, DeliveryStatus};
use crate::integrations::deliveries::queries;
use crate::integrations::deliveries::wire::ReplayEvents;
use crate::integrations::endpoints;
use crate::integrations::endpoints::commands::{acquire, expect_active};
use crate::integrations::endpoints::model::WebhookEndpoint;
use crate::integrations::event_types;
use crate::integrations::visibility::{self, WEBHOOK_ENDPOINT};
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{DeliveryId, EventId, WebhookEndpointId};
use crate::kernel::journal::{Event, Subject};
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::{events, webhook_attempts};

/// Events that one replay delivers, at most.
const MOST: usize = 10_000;

/// How long it is remembered what became of a delivery, in seconds.
const REMEMBERED_FOR: i64 = 90 * 24 * 3600;

/// Deliveries forgotten at a time.
const FORGOTTEN: i64 = 5_000;

/// Ids in one condition, at most.
const CHUNK: usize = 500;

fn record(
    tx: &mut Tx<'_>,
    endpoint: &WebhookEndpoint,
    payload: serde_json::Value,
) -> Result<(), Problem> {
    tx.record(
        Event::new(
            "webhook_endpoint.replayed",
            Subject {
                kind: WEBHOOK_ENDPOINT,
                id: endpoint.id.to_string(),
                version: Some(endpoint.version),
            },
        )
        .organization(Some(&endpoint.organization_id))
        .payload(payload),
    )
}

/// Queues deliveries anew, as if for the first time. One that is being sent at this moment is left
/// to its worker, which then follows the schedule from its beginning.
fn queue_again(tx: &mut Tx<'_>, ids: &[DeliveryId]) -> Result<(), Problem> {
    for ids in ids.chunks(CHUNK) {
        diesel::update(webhook_deliveries::table.filter(dsl::id.eq_any(ids)))
            .set((
                dsl::status.eq(DeliveryStatus::Pending),
                dsl::round_attempts.eq(0),
                dsl::next_attempt_at.eq(tx.now),
                dsl::delivered_at.eq(None::<crate::kernel::time::Timestamp>),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Delivers one event again.
///
/// # Errors
///
/// 404; 409 when the endpoint is disabled.
pub fn replay_delivery(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &DeliveryId,
) -> Result<Delivery, Problem> {
    let row = queries::find(tx.conn, scope, id)?;
    let endpoint = acquire(tx, scope, &row.endpoint_id)?;
    expect_active(&endpoint)?;
    queue_again(tx, std::slice::from_ref(id))?;
    record(tx, &endpoint, json!({"delivery_id": id}))?;
    queries::find(tx.conn, scope, id)
}

/// Delivers the events of a time again, also those that were never queued because the endpoint was
/// disabled or not there. Returns how many.
///
/// # Errors
///
/// 404; 409 when the endpoint is disabled; 422 when the times are the wrong way round or hold too
/// many events.
pub fn replay_events(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
    input: &ReplayEvents,
) -> Result<usize, Problem> {
    let endpoint = acquire(tx, scope, id)?;
    expect_active(&endpoint)?;
    let mut faults = Faults::default();
    faults.require(
        input.from < input.until,
        "/until",
        "too_early",
        "must be after `from`",
    );
    event_types::check(
        input.event_types.iter().flatten(),
        "/event_types",
        &mut faults,
    );
    faults.finish()?;
    let found = events_of(tx, &endpoint, input)?;
    let mut faults = Faults::default();
    faults.require(
        found.len() <= MOST,
        "/until",
        "too_many",
        &format!("there are more than {MOST} events in this time: ask for less of it"),
    );
    faults.finish()?;
    let mut queued = 0;
    for events in found.chunks(CHUNK) {
        queued += queue(tx, &endpoint, events)?;
    }
    let payload = json!({"from": input.from, "until": input.until, "queued": queued});
    record(tx, &endpoint, payload)?;
    Ok(queued)
}

/// The events of that time that the endpoint may know of and wants, as far as the journal's reader
/// has come: what is after it is queued by the reader.
fn events_of(
    tx: &mut Tx<'_>,
    endpoint: &WebhookEndpoint,
    input: &ReplayEvents,
) -> Result<Vec<Told>, Problem> {
    let organization = &endpoint.organization_id;
    let eyes = endpoints::queries::eyes_of(tx.conn, std::slice::from_ref(organization))?;
    let Some(scope) = eyes.get(organization) else {
        return Ok(Vec::new());
    };
    let come_to = fan_out::reader_position(tx.conn)?;
    let mut found = visibility::visible(scope)
        .filter(events::position.le(come_to))
        .filter(events::occurred_at.ge(input.from))
        .filter(events::occurred_at.lt(input.until));
    if let Some(types) = &input.event_types {
        let types: Vec<String> = types.iter().map(|kind| kind.0.clone()).collect();
        found = found.filter(events::kind.eq_any(types));
    }
    let wanted = endpoint.types();
    if !wanted.is_empty() {
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        found = found.filter(events::kind.eq_any(wanted));
    }
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let rows: Vec<Told> = found
        .order(events::position)
        .limit(most + 1)
        .select(Told::as_select())
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .filter(|event| event.concerns(endpoint))
        .collect())
}

fn queue(tx: &mut Tx<'_>, endpoint: &WebhookEndpoint, events: &[Told]) -> Result<usize, Problem> {
    let ids: Vec<&EventId> = events.iter().map(|event| &event.id).collect();
    let known: Vec<(DeliveryId, EventId)> = webhook_deliveries::table
        .filter(dsl::endpoint_id.eq(&endpoint.id))
        .filter(dsl::event_id.eq_any(ids))
        .select((dsl::id, dsl::event_id))
        .load(tx.conn)?;
    let (deliveries, known): (Vec<DeliveryId>, HashSet<EventId>) = known.into_iter().unzip();
    queue_again(tx, &deliveries)?;
    let new = events
        .iter()
        .filter(|event| !known.contains(&event.id))
        .map(|event| fan_out::deliver(endpoint, event, tx))
        .collect();
    fan_out::insert(tx, new)?;
    Ok(events.len())
}

/// Forgets what became of deliveries of more than 90 days ago. The events stay in the journal.
/// Returns how many.
///
/// # Errors
///
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let before = tx.now.plus_seconds(-REMEMBERED_FOR);
    let old: Vec<DeliveryId> = webhook_deliveries::table
        .filter(dsl::created_at.lt(before))
        .filter(dsl::status.ne(DeliveryStatus::Pending))
        .limit(FORGOTTEN)
        .select(dsl::id)
        .load(tx.conn)?;
    for ids in old.chunks(CHUNK) {
        diesel::delete(webhook_attempts::table.filter(webhook_attempts::delivery_id.eq_any(ids)))
            .execute(tx.conn)?;
        diesel::delete(webhook_deliveries::table.filter(dsl::id.eq_any(ids))).execute(tx.conn)?;
    }
    Ok(old.len())
}
