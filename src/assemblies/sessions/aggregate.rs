//! A session as a whole: locked before anything of it changes, and stored under the version that was
//! read.
//!
//! Locks are taken in one order: assembly, session, motion, poll. Agenda, presence, quorum, motions
//! and polls of an open session change under the lock of the session; ballots share it
//! ([`crate::kernel::db::Locked::share`]), so that they are counted when it is closed and do not
//! wait for each other.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::sessions::model::Session;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblySessionId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::assembly_sessions;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "assembly_session";

/// An event about a session that is the office's own affair: members are told nothing of it.
#[must_use]
pub fn internal(kind: &'static str, row: &Session) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
}

/// An event about a session. Members are told where it stands, once it is called: what happens to a
/// draft is the office's own affair.
#[must_use]
pub fn event(kind: &'static str, row: &Session) -> Event {
    let event = internal(kind, row);
    if row.called_at.is_none() {
        return event;
    }
    event.shared(json!({
        "id": row.id,
        "assembly_id": row.assembly_id,
        "number": row.number,
        "title": row.title,
        "status": row.status,
        "starts_at": row.starts_at,
        "version": row.version,
    }))
}

/// Locks a session.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, id: &AssemblySessionId) -> Result<Locked<Session>, Problem> {
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed session.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Session>,
    mut row: Session,
) -> Result<Session, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        assembly_sessions::table
            .filter(assembly_sessions::id.eq(&row.id))
            .filter(assembly_sessions::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
