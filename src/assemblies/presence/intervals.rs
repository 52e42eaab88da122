//! The times for which people were present: begun, ended, never deleted.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::presence::model::{Presence, PresenceCapacity};
use crate::assemblies::seats::entitlement::Standing;
use crate::assemblies::sessions::aggregate::event;
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, PresenceId, SeatId, UserId};
use crate::schema::session_presences;

/// Who is present in a session, as it is stored now: whatever the time of the transaction that asks.
///
/// # Errors
///
/// When the database fails.
pub fn present_now(
    conn: &mut Connection,
    session: &AssemblySessionId,
) -> Result<Vec<Presence>, Problem> {
    Ok(session_presences::table
        .filter(session_presences::session_id.eq(session))
        .filter(session_presences::ends_at.is_null())
        .order(session_presences::id)
        .select(Presence::as_select())
        .load(conn)?)
}

/// The seats for which somebody is present who may act for them: however many are, a seat counts
/// once.
#[must_use]
pub fn represented(standings: &[Standing], present: &[Presence]) -> HashSet<SeatId> {
    let there: HashSet<(&SeatId, &UserId)> = present
        .iter()
        .map(|presence| (&presence.seat_id, &presence.user_id))
        .collect();
    standings
        .iter()
        .filter(|standing| {
            standing
                .people()
                .any(|user| there.contains(&(&standing.seat.id, user)))
        })
        .map(|standing| standing.seat.id.clone())
        .collect()
}

/// Notes that somebody is there, from now on.
///
/// # Errors
///
/// When the database fails.
pub fn begin(
    tx: &mut Tx<'_>,
    session: &Locked<Session>,
    seat: &SeatId,
    user: &UserId,
    capacity: PresenceCapacity,
) -> Result<(), Problem> {
    let actor = tx.context().actor.clone();
    diesel::insert_into(session_presences::table)
        .values(Presence {
            id: PresenceId::fresh(),
            session_id: session.id.clone(),
            seat_id: seat.clone(),
            user_id: user.clone(),
            capacity,
            starts_at: tx.now,
            ends_at: None,
            started_by_kind: actor.kind().to_owned(),
            started_by_id: actor.id().map(str::to_owned),
            ended_by_kind: None,
            ended_by_id: None,
        })
        .execute(tx.conn)?;
    tx.record(
        event("assembly_session.presence_set", session).payload(json!({
            "seat_id": seat, "user_id": user, "capacity": capacity,
        })),
    )
}

/// Notes that somebody is no longer there.
///
/// # Errors
///
/// When the database fails.
pub fn end(tx: &mut Tx<'_>, session: &Locked<Session>, presence: &Presence) -> Result<(), Problem> {
    let actor = tx.context().actor.clone();
    diesel::update(session_presences::table.filter(session_presences::id.eq(&presence.id)))
        .set((
            // Whoever came while this transaction waited came after its instant.
            session_presences::ends_at.eq(Some(tx.now.max(presence.starts_at))),
            session_presences::ended_by_kind.eq(Some(actor.kind())),
            session_presences::ended_by_id.eq(actor.id()),
        ))
        .execute(tx.conn)?;
    tx.record(
        event("assembly_session.presence_cleared", session).payload(json!({
            "seat_id": presence.seat_id, "user_id": presence.user_id,
            "capacity": presence.capacity,
        })),
    )
}

/// Ends the presence of those who no longer act for the seat that they are there for, because it was
/// vacated or the proxy taken back. `people` keeps the others.
///
/// # Errors
///
/// When the database fails.
pub fn end_idle(
    tx: &mut Tx<'_>,
    session: &Locked<Session>,
    standings: &[Standing],
    people: &mut Vec<Presence>,
) -> Result<(), Problem> {
    let acting: HashSet<(&SeatId, &UserId)> = standings
        .iter()
        .flat_map(|standing| standing.people().map(|user| (&standing.seat.id, user)))
        .collect();
    let acts = |presence: &Presence| acting.contains(&(&presence.seat_id, &presence.user_id));
    for presence in people.iter().filter(|presence| !acts(presence)) {
        end(tx, session, presence)?;
    }
    people.retain(acts);
    Ok(())
}

/// Ends everyone's presence, because the session is over. Returns how many were there.
///
/// # Errors
///
/// When the database fails.
pub fn end_all(tx: &mut Tx<'_>, session: &AssemblySessionId) -> Result<usize, Problem> {
    let actor = tx.context().actor.clone();
    let now = tx.now;
    let open = || {
        session_presences::table
            .filter(session_presences::session_id.eq(session.clone()))
            .filter(session_presences::ends_at.is_null())
    };
    let by = (
        session_presences::ended_by_kind.eq(Some(actor.kind())),
        session_presences::ended_by_id.eq(actor.id()),
    );
    // Whoever came while this transaction waited came after its instant.
    let late = diesel::update(open().filter(session_presences::starts_at.gt(now)))
        .set((
            session_presences::ends_at.eq(session_presences::starts_at.nullable()),
            by,
        ))
        .execute(tx.conn)?;
    let others = diesel::update(open())
        .set((session_presences::ends_at.eq(Some(now)), by))
        .execute(tx.conn)?;
    Ok(late + others)
}
