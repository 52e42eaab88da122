//! Setting and clearing presence.

use diesel::prelude::*;

use crate::assemblies::presence::acting::{capacity_of, not_entitled};
use crate::assemblies::presence::intervals;
use crate::assemblies::presence::model::{Presence, PresenceCapacity};
use crate::assemblies::quorum::checks::{self, Evaluation};
use crate::assemblies::seats::entitlement::{Standing, standings_of};
use crate::assemblies::sessions::aggregate::acquire;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::find;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{AssemblySessionId, SeatId, UserId};
use crate::schema::{seats, session_presences};

/// Notes that the caller, or whom the clerk names, is present for a seat. When they are already,
/// nothing changes.
///
/// # Errors
///
/// 403 when the caller does not act for the seat; 404; 409 when the session is not convened; 422
/// when nobody has the capacity that the clerk names.
pub fn set_presence(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
    seat: &SeatId,
    named: Option<PresenceCapacity>,
) -> Result<(Session, Evaluation), Problem> {
    let session = convened(tx, scope, session, seat)?;
    let standing = standings_of(tx.conn, std::slice::from_ref(seat), &session.id, tx.now)?.pop();
    let (user, capacity) = who(tx, scope, standing.as_ref(), named)?;
    let open = there(tx, &session, Some(seat), Some(&user))?;
    let has_changed = |presence: &&Presence| presence.capacity != capacity;
    for presence in open.iter().filter(has_changed) {
        intervals::end(tx, &session, presence)?;
    }
    if !open.iter().any(|presence| presence.capacity == capacity) {
        intervals::begin(tx, &session, seat, &user, capacity)?;
    }
    let evaluation = checks::refresh(tx, &session)?;
    Ok((session.into_inner(), evaluation))
}

/// Notes that the caller, or for the clerk everyone or whom they name, is no longer present for a
/// seat. Whoever leaves their own seat no longer acts as a proxy either. When nobody was there,
/// nothing changes.
///
/// # Errors
///
/// 403 when the caller does not act for the seat and is not there for it; 404; 409 when the session
/// is not convened.
pub fn clear_presence(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
    seat: &SeatId,
    named: Option<PresenceCapacity>,
) -> Result<(Session, Evaluation), Problem> {
    let session = convened(tx, scope, session, seat)?;
    let mut leaving = there(tx, &session, Some(seat), None)?;
    if !scope.oversees(Permission::SessionsClerk) {
        leaving.retain(|presence| Some(&presence.user_id) == scope.user());
        let standing =
            standings_of(tx.conn, std::slice::from_ref(seat), &session.id, tx.now)?.pop();
        if leaving.is_empty() {
            own_capacity(tx, scope, standing.as_ref())?;
        }
    }
    leaving.retain(|presence| named.is_none_or(|named| presence.capacity == named));
    for presence in &leaving {
        intervals::end(tx, &session, presence)?;
        if presence.capacity != PresenceCapacity::Proxy {
            let elsewhere = there(tx, &session, None, Some(&presence.user_id))?;
            for presence in &elsewhere {
                if presence.capacity == PresenceCapacity::Proxy {
                    intervals::end(tx, &session, presence)?;
                }
            }
        }
    }
    let evaluation = checks::refresh(tx, &session)?;
    Ok((session.into_inner(), evaluation))
}

/// The session, locked, when members are together in it and the seat is one of its assembly.
fn convened(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
    seat: &SeatId,
) -> Result<Locked<Session>, Problem> {
    find(tx.conn, scope, session)?;
    let session = acquire(tx, session)?;
    let is_of_it: i64 = seats::table
        .filter(seats::id.eq(seat))
        .filter(seats::assembly_id.eq(&session.assembly_id))
        .count()
        .get_result(tx.conn)?;
    if is_of_it == 0 {
        return Err(Problem::not_found());
    }
    if session.status.is_convened() {
        return Ok(session);
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Presence is recorded while members are together; the session is `{}`.",
            session.status
        ),
    )
    .with("state", session.status.as_str()))
}

/// Who is there in this session, for this seat or as this person.
fn there(
    tx: &mut Tx<'_>,
    session: &Session,
    seat: Option<&SeatId>,
    user: Option<&UserId>,
) -> Result<Vec<Presence>, Problem> {
    let mut found = session_presences::table
        .filter(session_presences::session_id.eq(session.id.clone()))
        .filter(session_presences::ends_at.is_null())
        .into_boxed();
    if let Some(seat) = seat {
        found = found.filter(session_presences::seat_id.eq(seat.clone()));
    }
    if let Some(user) = user {
        found = found.filter(session_presences::user_id.eq(user.clone()));
    }
    Ok(found
        .order(session_presences::id)
        .select(Presence::as_select())
        .load(tx.conn)?)
}

/// Whose presence is meant: the caller's, or for the clerk that of whoever has the capacity.
fn who(
    tx: &mut Tx<'_>,
    scope: &Scope,
    standing: Option<&Standing>,
    named: Option<PresenceCapacity>,
) -> Result<(UserId, PresenceCapacity), Problem> {
    if !scope.oversees(Permission::SessionsClerk) {
        let (user, capacity) = own_capacity(tx, scope, standing)?;
        return match named {
            Some(named) if named != capacity => Err(not_entitled(&format!(
                "You are not the {named} of this seat, but its {capacity}."
            ))),
            _ => Ok((user, capacity)),
        };
    }
    let capacity = named.unwrap_or(PresenceCapacity::Holder);
    if let Some(user) = standing.and_then(|standing| standing.person_in(capacity)) {
        return Ok((user.clone(), capacity));
    }
    let mut faults = Faults::default();
    faults.add(
        "/capacity",
        "not_applicable",
        &format!("is one that nobody has now: the seat has no {capacity}"),
    );
    faults.finish()?;
    Err(Problem::internal(
        "a seat without anybody passed the checks",
    ))
}

fn own_capacity(
    tx: &mut Tx<'_>,
    scope: &Scope,
    standing: Option<&Standing>,
) -> Result<(UserId, PresenceCapacity), Problem> {
    let capacity = match standing {
        Some(standing) => capacity_of(tx.conn, scope, standing, Permission::PresenceWrite)?,
        None => None,
    };
    match (scope.user(), capacity) {
        (Some(user), Some(capacity)) => Ok((user.clone(), capacity)),
        _ => Err(not_entitled(
            "You are neither the holder nor the alternate of this seat, nor its proxy in this session.",
        )),
    }
}
