//! Reading participants. The session itself is found first, so it may be read by the caller.

use diesel::prelude::*;

use crate::assemblies::sessions::model::{Participant as Row, ParticipantKind, Session};
use crate::assemblies::sessions::participants::wire::SessionParticipant;
use crate::assemblies::sessions::visible::{sees_participants, sees_preparation};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, ParticipantId};
use crate::schema::session_participants;

/// Who takes part in a session without a seat, in the order in which they were added, as far as the
/// caller is told: those who prepare it see who was taken off the list, too.
///
/// # Errors
///
/// When the database fails.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
) -> Result<Vec<SessionParticipant>, Problem> {
    if !sees_participants(scope, session) {
        return Ok(Vec::new());
    }
    let mut found = session_participants::table
        .filter(session_participants::session_id.eq(session.id.clone()))
        .into_boxed();
    if !sees_preparation(scope, session) {
        found = found.filter(session_participants::removed_at.is_null());
    }
    let rows: Vec<Row> = found
        .order((session_participants::created_at, session_participants::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| shown(row, scope)).collect())
}

/// A participant as this caller sees them.
#[must_use]
pub fn shown(row: Row, scope: &Scope) -> SessionParticipant {
    SessionParticipant {
        id: row.id,
        session_id: row.session_id,
        name: row.name,
        affiliation: row.affiliation,
        kind: row.kind,
        role: row.role,
        added_by: row
            .added_by_id
            .filter(|_| scope.oversees(Permission::AssembliesRead)),
        created_at: row.created_at,
        removed_at: row.removed_at,
    }
}

/// One participant of a session.
///
/// # Errors
///
/// 404.
pub fn one(
    conn: &mut Connection,
    session: &AssemblySessionId,
    id: &ParticipantId,
) -> Result<Row, Problem> {
    session_participants::table
        .filter(session_participants::session_id.eq(session))
        .filter(session_participants::id.eq(id))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// Those on the list of a session who are neither federal nor elected, nor a designee.
///
/// # Errors
///
/// When the database fails.
pub fn others(conn: &mut Connection, session: &AssemblySessionId) -> Result<Vec<Row>, Problem> {
    Ok(session_participants::table
        .filter(session_participants::session_id.eq(session))
        .filter(session_participants::kind.eq(ParticipantKind::Other))
        .filter(session_participants::removed_at.is_null())
        .select(Row::as_select())
        .load(conn)?)
}
