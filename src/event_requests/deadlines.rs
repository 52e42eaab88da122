//! What happens to requests by itself, because a time has come.
//!
//! A clearance that nobody decided counts as given, on the instant and once: whoever looks at the
//! request under its lock first lets everything happen that was due by then, in the order in which
//! it was due, dated when it was due. The worker does the same for requests that nobody looks at,
//! and notes those whose review clock has run out, once a breach.

use diesel::prelude::*;
use serde_json::json;

use crate::event_requests::clearances::{queries as clearances, turns};
use crate::event_requests::clock::{self, ReviewClock};
use crate::event_requests::journal;
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::EventRequestId;
use crate::schema::event_request_clocks::{self, dsl as clocks};

/// How many requests the worker looks at in one transaction, at most.
const BATCH: i64 = 100;

/// Lets happen what is due to requests that nobody looks at. Returns how many it touched.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let deemed = clearances::overdue_requests(tx.conn, tx.now, BATCH)?;
    for id in &deemed {
        if let Some(request) = Locked::<EventRequest>::acquire(tx, id.as_str())? {
            turns::settle_deemed(tx, settings, &request)?;
        }
    }
    let late: Vec<EventRequestId> = clocks::event_request_clocks
        .filter(clocks::due_at.le(tx.now))
        .filter(clocks::overdue_noted_at.is_null())
        .order(clocks::request_id)
        .limit(BATCH)
        .select(clocks::request_id)
        .load(tx.conn)?;
    for id in &late {
        note_overdue(tx, id)?;
    }
    Ok(deemed.len() + late.len())
}

fn note_overdue(tx: &mut Tx<'_>, id: &EventRequestId) -> Result<(), Problem> {
    let Some(request) = Locked::<EventRequest>::acquire(tx, id.as_str())? else {
        return Ok(());
    };
    let Some(mut clock) = clock::load(tx.conn, id)? else {
        return Ok(());
    };
    let is_late = clock.due_at.is_some_and(|due| due <= tx.now);
    if !is_late || clock.overdue_noted_at.is_some() {
        return Ok(());
    }
    clock.overdue_noted_at = Some(tx.now);
    clock::store(tx, &clock)?;
    tx.record(
        journal::internal("event_request.overdue", &request)
            .payload(json!({"due_at": clock.due_at, "assignee_id": request.assignee_id})),
    )
}

/// Computes the due times of all running clocks anew, after the office's calendar has changed.
/// Returns how many moved.
///
/// # Errors
///
/// When the database fails.
pub fn recompute(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let running: Vec<ReviewClock> = clocks::event_request_clocks
        .filter(clocks::running_since.is_not_null())
        .order(clocks::request_id)
        .select(ReviewClock::as_select())
        .load(tx.conn)?;
    let mut moved = 0;
    for clock in running {
        let due_at = clock.due_under(&settings.calendar);
        if due_at == clock.due_at {
            continue;
        }
        moved += diesel::update(
            event_request_clocks::table
                .filter(clocks::request_id.eq(&clock.request_id))
                .filter(clocks::running_since.eq(clock.running_since)),
        )
        .set(clocks::due_at.eq(due_at))
        .execute(tx.conn)?;
    }
    Ok(moved)
}
