//! The times for which people were present: begun, ended, never deleted.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::assemblies::presence::model::Presence;
use crate::assemblies::seats::entitlement::Standing;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, SeatId};
use crate::kernel::time::Timestamp;
use crate::schema::session_presences;

/// Who is present in a session at this instant.
///
/// # Errors
///
/// When the database fails.
pub fn present_at(
    conn: &mut Connection,
    session: &AssemblySessionId,
    at: Timestamp,
) -> Result<Vec<Presence>, Problem> {
    Ok(session_presences::table
        .filter(session_presences::session_id.eq(session))
        .filter(session_presences::starts_at.le(at))
        .filter(
            session_presences::ends_at
                .is_null()
                .or(session_presences::ends_at.gt(at)),
        )
        .order(session_presences::id)
        .select(Presence::as_select())
        .load(conn)?)
}

/// The seats for which somebody is present who may act for them: however many are, a seat counts
/// once.
#[must_use]
pub fn represented(standings: &[Standing], present: &[Presence]) -> HashSet<SeatId> {
    standings
        .iter()
        .filter(|standing| {
            present.iter().any(|presence| {
                presence.seat_id == standing.seat.id
                    && standing.capacity_of(&presence.user_id).is_some()
            })
        })
        .map(|standing| standing.seat.id.clone())
        .collect()
}

/// Ends everyone's presence, because the session is over. Returns how many were there.
///
/// # Errors
///
/// When the database fails.
pub fn end_all(tx: &mut Tx<'_>, session: &AssemblySessionId) -> Result<usize, Problem> {
    let actor = tx.context().actor.clone();
    Ok(diesel::update(
        session_presences::table
            .filter(session_presences::session_id.eq(session))
            .filter(session_presences::ends_at.is_null()),
    )
    .set((
        session_presences::ends_at.eq(Some(tx.now)),
        session_presences::ended_by_kind.eq(Some(actor.kind())),
        session_presences::ended_by_id.eq(actor.id()),
    ))
    .execute(tx.conn)?)
}
