//! Writing down what became of a batch, in one transaction.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::integrations::deliveries::attempt::Attempted;
use crate::integrations::deliveries::model::{Attempt, DeliveryStatus};
use crate::integrations::deliveries::rules;
use crate::integrations::endpoints::commands;
use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::DeliveryId;
use crate::kernel::secrets::random_bytes;
use crate::kernel::time::Timestamp;
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::{webhook_attempts, webhook_endpoints};

/// Attempts inserted in one statement, at most.
const INSERT: usize = 500;

/// What became of a batch.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What was tried.
    pub attempted: Vec<Attempted>,
    /// What was claimed and not tried.
    pub untried: Vec<DeliveryId>,
}

/// Writes the outcome down. Attempts whose claim another worker has taken over meanwhile are left
/// out: the other one writes down its own.
///
/// Returns the endpoint as it is then.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    endpoint: &Locked<WebhookEndpoint>,
    worker: &str,
    outcome: &Outcome,
    disable_after_days: i64,
) -> Result<(), Problem> {
    release(tx, worker, &outcome.untried)?;
    if outcome.attempted.is_empty() {
        return Ok(());
    }
    let ids: Vec<&DeliveryId> = outcome
        .attempted
        .iter()
        .map(|one| &one.delivery_id)
        .collect();
    let held: Vec<(DeliveryId, i64, i64)> = webhook_deliveries::table
        .filter(dsl::id.eq_any(ids))
        .filter(dsl::claimed_by.eq(worker))
        .select((dsl::id, dsl::attempts, dsl::round_attempts))
        .load(tx.conn)?;
    let held: HashMap<DeliveryId, (i64, i64)> = held
        .into_iter()
        .map(|(id, attempts, round)| (id, (attempts, round)))
        .collect();
    let mut rows = Vec::new();
    let mut accepted: BTreeMap<Option<i64>, Vec<&DeliveryId>> = BTreeMap::new();
    for one in &outcome.attempted {
        let Some((attempts, round)) = held.get(&one.delivery_id) else {
            continue;
        };
        rows.push(Attempt {
            delivery_id: one.delivery_id.clone(),
            number: attempts + 1,
            attempted_at: one.at,
            duration_milliseconds: one.milliseconds,
            response_status: one.response_status,
            error: one.error.clone(),
        });
        if one.is_accepted() {
            accepted
                .entry(one.response_status)
                .or_default()
                .push(&one.delivery_id);
        } else {
            store_failure(tx, one, round + 1)?;
        }
    }
    for (status, ids) in accepted {
        store_accepted(tx, status, ids)?;
    }
    for rows in rows.chunks(INSERT) {
        crate::insert_all!(tx.conn, webhook_attempts::table, rows)?;
    }
    judge_endpoint(tx, endpoint, &outcome.attempted, disable_after_days)
}

/// Gives up the claims on what was not tried.
fn release(tx: &mut Tx<'_>, worker: &str, untried: &[DeliveryId]) -> QueryResult<()> {
    if untried.is_empty() {
        return Ok(());
    }
    diesel::update(
        webhook_deliveries::table
            .filter(dsl::id.eq_any(untried))
            .filter(dsl::claimed_by.eq(worker)),
    )
    .set(dsl::claimed_by.eq(None::<String>))
    .execute(tx.conn)
    .map(drop)
}

fn store_accepted(tx: &mut Tx<'_>, status: Option<i64>, ids: Vec<&DeliveryId>) -> QueryResult<()> {
    diesel::update(webhook_deliveries::table.filter(dsl::id.eq_any(ids)))
        .set((
            dsl::status.eq(DeliveryStatus::Delivered),
            dsl::attempts.eq(dsl::attempts + 1),
            dsl::round_attempts.eq(dsl::round_attempts + 1),
            dsl::claimed_by.eq(None::<String>),
            dsl::response_status.eq(status),
            dsl::last_error.eq(None::<String>),
            dsl::delivered_at.eq(tx.now),
        ))
        .execute(tx.conn)
        .map(drop)
}

fn store_failure(tx: &mut Tx<'_>, one: &Attempted, failed: i64) -> Result<(), Problem> {
    let random = u32::from_be_bytes(random_bytes::<4>().map_err(Problem::internal)?);
    let next = rules::next_attempt_after(failed, one.retry_after, random);
    let (status, next_attempt_at) = match next {
        Some(after) => (DeliveryStatus::Pending, tx.now.plus_microseconds(after)),
        None => (DeliveryStatus::Failed, tx.now),
    };
    diesel::update(webhook_deliveries::table.filter(dsl::id.eq(&one.delivery_id)))
        .set((
            dsl::status.eq(status),
            dsl::attempts.eq(dsl::attempts + 1),
            dsl::round_attempts.eq(dsl::round_attempts + 1),
            dsl::next_attempt_at.eq(next_attempt_at),
            dsl::claimed_by.eq(None::<String>),
            dsl::response_status.eq(one.response_status),
            dsl::last_error.eq(&one.error),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes since when an endpoint fails, and disables it when it wants no more or has failed for too
/// long. The event tells the organization.
fn judge_endpoint(
    tx: &mut Tx<'_>,
    endpoint: &Locked<WebhookEndpoint>,
    attempted: &[Attempted],
    disable_after_days: i64,
) -> Result<(), Problem> {
    let first: Option<Timestamp> = attempted.iter().map(|one| one.at).min();
    let failing_since = if attempted.iter().any(Attempted::is_accepted) {
        None
    } else {
        endpoint.failing_since.or(first)
    };
    let is_gone = attempted.iter().any(|one| one.is_gone);
    let has_failed_for_long = failing_since
        .is_some_and(|since| since.plus_seconds(disable_after_days * 24 * 3600) <= tx.now);
    if endpoint.status == EndpointStatus::Active && (is_gone || has_failed_for_long) {
        let mut row = (**endpoint).clone();
        row.status = EndpointStatus::Disabled;
        row.disabled_reason = Some(if is_gone { "gone" } else { "failing" }.to_owned());
        row.failing_since = failing_since;
        tracing::warn!(endpoint = %row.id, reason = row.disabled_reason, "webhook endpoint disabled");
        commands::store(tx, endpoint, row, "webhook_endpoint.disabled")?;
    } else if failing_since != endpoint.failing_since {
        // Not a change that anyone made: the version stays.
        diesel::update(webhook_endpoints::table.filter(webhook_endpoints::id.eq(&endpoint.id)))
            .set(webhook_endpoints::failing_since.eq(failing_since))
            .execute(tx.conn)?;
    }
    Ok(())
}
