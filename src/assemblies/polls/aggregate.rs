//! A poll as a whole: locked before anything of it changes, and stored under the version that was
//! read. Whoever locks it has locked its session before; ballots share the session, so that they are
//! counted when the poll is closed and do not wait for each other.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::polls::model::Poll;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::PollId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::polls;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "poll";

/// An event about a poll, for the journal alone.
#[must_use]
pub fn own_event(kind: &'static str, row: &Poll) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
}

/// An event about a poll. Members are told where it stands, once it was opened: what happens to a
/// draft is the office's own affair.
#[must_use]
pub fn event(kind: &'static str, row: &Poll) -> Event {
    let event = own_event(kind, row);
    if row.opened_at.is_none() {
        return event;
    }
    event.shared(json!({
        "id": row.id,
        "session_id": row.session_id,
        "motion_id": row.motion_id,
        "kind": row.kind,
        "status": row.status,
        "question": row.question,
        "outcome": row.outcome,
        "version": row.version,
    }))
}

/// Locks a poll.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, id: &PollId) -> Result<Locked<Poll>, Problem> {
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed poll.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, stored: &Locked<Poll>, mut row: Poll) -> Result<Poll, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        polls::table
            .filter(polls::id.eq(&row.id))
            .filter(polls::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
