//! A call as a whole: locked before it is read for a change, closed when its instant has come, and
//! stored under the version that was read.

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::CallId;
use crate::kernel::journal::{Event, Subject};
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;
use crate::schema::calls;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "call";

/// An event about a call. Everyone who may read the call is told where it stands, once it is open:
/// what happens to a draft is the office's own affair.
#[must_use]
pub fn event(kind: &'static str, call: &Call) -> Event {
    let event = Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: call.id.to_string(),
            version: Some(call.version),
        },
    );
    if call.status == CallStatus::Draft {
        return event;
    }
    event.shared(json!({
        "id": call.id,
        "program_id": call.program_id,
        "title": call.title,
        "status": call.status,
        "closes_at": call.closes_at,
        "version": call.version,
    }))
}

/// Locks a call, after it was closed if its instant has come.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, id: &CallId) -> Result<Locked<Call>, Problem> {
    let locked = Locked::<Call>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    if locked.status != CallStatus::Open || tx.now < locked.closes_at {
        return Ok(locked);
    }
    close_at(tx, &locked)?;
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Closes an open call as of its closing instant, however late somebody comes by.
fn close_at(tx: &mut Tx<'_>, call: &Locked<Call>) -> Result<(), Problem> {
    let mut row = Call::clone(call);
    row.status = CallStatus::Closed;
    row.closed_at = Some(call.closes_at);
    let row = store(tx, call, row)?;
    tx.record(event("call.closed", &row).payload(json!({"by_itself": true})))
}

/// Stores a changed call.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, stored: &Locked<Call>, mut row: Call) -> Result<Call, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        calls::table
            .filter(calls::id.eq(&row.id))
            .filter(calls::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
