//! Minutes as a whole: found by their session, locked, and stored under the version that was read.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::Minutes;
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, MinutesId};
use crate::kernel::journal::{Event, Subject};
use crate::schema::minutes;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "minutes";

/// An event about minutes. Members are told where they stand.
#[must_use]
pub fn event(kind: &'static str, session: &Session, row: &Minutes) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .shared(json!({
        "id": row.id,
        "session_id": row.session_id,
        "assembly_id": session.assembly_id,
        "status": row.status,
        "hash": row.hash,
        "version": row.version,
    }))
}

/// The minutes of a session, if there are any.
///
/// # Errors
///
/// When the database fails.
pub fn of_session(
    conn: &mut Connection,
    session: &AssemblySessionId,
) -> Result<Option<Minutes>, Problem> {
    Ok(minutes::table
        .filter(minutes::session_id.eq(session))
        .select(Minutes::as_select())
        .first(conn)
        .optional()?)
}

/// Locks the minutes of a session, which is locked.
///
/// # Errors
///
/// 404 when there are none.
pub fn acquire(tx: &mut Tx<'_>, session: &AssemblySessionId) -> Result<Locked<Minutes>, Problem> {
    let id: MinutesId = minutes::table
        .filter(minutes::session_id.eq(session))
        .select(minutes::id)
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores new minutes.
///
/// # Errors
///
/// When the database fails.
pub fn insert(
    tx: &mut Tx<'_>,
    session: &AssemblySessionId,
    text: String,
) -> Result<Minutes, Problem> {
    let row = Minutes {
        id: MinutesId::fresh(),
        session_id: session.clone(),
        status: MinutesStatus::Draft,
        text,
        basis: None,
        basis_poll_id: None,
        approved_by: None,
        approved_at: None,
        hash: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(minutes::table)
        .values(row.clone())
        .execute(tx.conn)?;
    Ok(row)
}

/// Stores changed minutes.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Minutes>,
    mut row: Minutes,
) -> Result<Minutes, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        minutes::table
            .filter(minutes::id.eq(&row.id))
            .filter(minutes::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
