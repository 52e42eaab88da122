//! How people's time in a seat ends: with everything that hung on it, and by itself when the office
//! at home that the seat goes with is over.
//!
//! Times are ended, never changed or deleted, and never before now: who could vote in the past stays
//! as it was.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::model::Assembly;
use crate::assemblies::quorum::checks::refresh_all;
use crate::assemblies::seats::aggregate::{event, store};
use crate::assemblies::seats::lifecycle::{Capacity, EndReason, SeatStatus};
use crate::assemblies::seats::model::{Occupancy, Seat};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::identity::model::UserStatus;
use crate::kernel::access::{Actor, Role};
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblyId, AssemblySessionId, OrganizationId, ProxyId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{
    assembly_sessions, memberships, seat_occupancies, seat_proxies, session_presences, users,
};

/// What somebody is at home who holds a seat.
pub const HOLDERS: &[Role] = &[Role::LocalLeader];

/// What somebody is at home who stands in.
pub const ALTERNATES: &[Role] = &[Role::LocalLeader, Role::LocalStaff];

/// What somebody has to be at home to sit in this capacity.
#[must_use]
pub const fn roles_of(capacity: Capacity) -> &'static [Role] {
    match capacity {
        Capacity::Holder => HOLDERS,
        Capacity::Alternate => ALTERNATES,
    }
}

/// Whether somebody has an account that can be used, and one of these roles in the jurisdiction.
///
/// # Errors
///
/// When the database fails.
pub fn is_in_office(
    conn: &mut Connection,
    user: &UserId,
    organization: &OrganizationId,
    roles: &[Role],
) -> Result<bool, Problem> {
    let found: i64 = memberships::table
        .inner_join(users::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq_any(roles.to_vec()))
        .filter(users::status.eq(UserStatus::Active))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Who sits in a seat at this instant, or will still.
///
/// # Errors
///
/// When the database fails.
pub fn sitting(
    conn: &mut Connection,
    seat: &SeatId,
    now: Timestamp,
) -> Result<Vec<Occupancy>, Problem> {
    Ok(seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(seat))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(now)),
        )
        .order(seat_occupancies::id)
        .select(Occupancy::as_select())
        .load(conn)?)
}

/// When and why somebody's time ends.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// When: now or later.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
    /// What is said about it.
    pub note: Option<&'a str>,
}

/// Ends the time of these people. What hangs on it is ended by [`release`] when the time has come.
///
/// # Errors
///
/// When the database fails.
pub fn end(tx: &mut Tx<'_>, people: &[Occupancy], end: End<'_>) -> Result<(), Problem> {
    let actor = tx.context().actor.clone();
    for one in people {
        diesel::update(seat_occupancies::table.filter(seat_occupancies::id.eq(&one.id)))
            .set((
                seat_occupancies::ends_at.eq(Some(end.at)),
                seat_occupancies::end_reason.eq(Some(end.reason)),
                seat_occupancies::end_note.eq(end.note),
                seat_occupancies::ended_by_kind.eq(Some(actor.kind())),
                seat_occupancies::ended_by_id.eq(actor.id()),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Locks the sessions in progress, whose presence changes with the seats.
fn lock_sessions(tx: &mut Tx<'_>, assembly: &AssemblyId) -> Result<(), Problem> {
    let convened: Vec<AssemblySessionId> = assembly_sessions::table
        .filter(assembly_sessions::assembly_id.eq(assembly))
        .filter(assembly_sessions::status.eq_any(SessionStatus::CONVENED))
        .order(assembly_sessions::id)
        .select(assembly_sessions::id)
        .load(tx.conn)?;
    for id in convened {
        Locked::<Session>::acquire(tx, id.as_str())?;
    }
    Ok(())
}

/// Ends what hangs on people who no longer sit: the proxies that they hold, the seat's own proxies
/// when its holder is among them, and their presence. Looks at the quorum again.
///
/// # Errors
///
/// When the database fails.
pub fn release(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: &SeatId,
    people: &[Occupancy],
) -> Result<(), Problem> {
    lock_sessions(tx, &assembly.id)?;
    let users: Vec<UserId> = people.iter().map(|one| one.user_id.clone()).collect();
    let with_holder = people.iter().any(|one| one.capacity == Capacity::Holder);
    let held = seat_proxies::proxy_seat_id
        .eq(seat.clone())
        .and(seat_proxies::proxy_user_id.eq_any(users.clone()));
    let given = seat_proxies::seat_id.eq(seat.clone());
    let current = seat_proxies::table
        .inner_join(assembly_sessions::table)
        .filter(seat_proxies::revoked_at.is_null())
        .filter(assembly_sessions::status.ne_all(SessionStatus::OVER))
        .select(seat_proxies::id)
        .into_boxed();
    let proxies: Vec<ProxyId> = if with_holder {
        current.filter(held.or(given)).load(tx.conn)?
    } else {
        current.filter(held).load(tx.conn)?
    };
    revoke(tx, &proxies)?;
    let mut present = session_presences::table
        .filter(session_presences::seat_id.eq(seat))
        .filter(session_presences::ends_at.is_null())
        .select(session_presences::id)
        .into_boxed();
    if !with_holder {
        present = present.filter(session_presences::user_id.eq_any(users));
    }
    let present: Vec<crate::kernel::id::PresenceId> = present.load(tx.conn)?;
    end_presences(tx, present)?;
    refresh_all(tx, &assembly.id)
}

/// Revokes these proxies and ends the presence of those who were there by them. The sessions in
/// progress are locked.
fn revoke(tx: &mut Tx<'_>, proxies: &[ProxyId]) -> Result<(), Problem> {
    if proxies.is_empty() {
        return Ok(());
    }
    let actor = tx.context().actor.clone();
    diesel::update(seat_proxies::table.filter(seat_proxies::id.eq_any(proxies.to_vec())))
        .set((
            seat_proxies::revoked_at.eq(Some(tx.now)),
            seat_proxies::revoked_by_kind.eq(Some(actor.kind())),
            seat_proxies::revoked_by_id.eq(actor.id()),
        ))
        .execute(tx.conn)?;
    let present: Vec<crate::kernel::id::PresenceId> = session_presences::table
        .inner_join(
            seat_proxies::table.on(seat_proxies::session_id
                .eq(session_presences::session_id)
                .and(seat_proxies::seat_id.eq(session_presences::seat_id))
                .and(seat_proxies::proxy_user_id.eq(session_presences::user_id))),
        )
        .filter(seat_proxies::id.eq_any(proxies.to_vec()))
        .filter(session_presences::ends_at.is_null())
        .select(session_presences::id)
        .load(tx.conn)?;
    end_presences(tx, present)
}

fn end_presences(
    tx: &mut Tx<'_>,
    presences: Vec<crate::kernel::id::PresenceId>,
) -> Result<(), Problem> {
    if presences.is_empty() {
        return Ok(());
    }
    let actor = tx.context().actor.clone();
    diesel::update(session_presences::table.filter(session_presences::id.eq_any(presences)))
        .set((
            session_presences::ends_at.eq(Some(tx.now)),
            session_presences::ended_by_kind.eq(Some(actor.kind())),
            session_presences::ended_by_id.eq(actor.id()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Revokes one proxy, at any time, and looks at the quorum again.
///
/// # Errors
///
/// When the database fails.
pub fn revoke_one(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    proxy: &ProxyId,
) -> Result<(), Problem> {
    lock_sessions(tx, &assembly.id)?;
    revoke(tx, std::slice::from_ref(proxy))?;
    refresh_all(tx, &assembly.id)
}

/// Leaves the seat to nobody: `people` are those who sat there. What the balance is kept by was the
/// holder's, and goes with the holder.
///
/// # Errors
///
/// When the database fails.
pub fn leave(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: &Locked<Seat>,
    people: &[Occupancy],
    end: End<'_>,
) -> Result<Seat, Problem> {
    release(tx, assembly, &seat.id, people)?;
    let mut row = Seat::clone(seat);
    row.status = SeatStatus::Vacant;
    row.affiliation = None;
    let row = store(tx, seat, row)?;
    tx.record(event("seat.vacated", &row).payload(json!({
        "end_reason": end.reason,
        "note": end.note,
        "ended_at": end.at,
        "affiliation": seat.affiliation,
        "user_ids": people.iter().map(|one| &one.user_id).collect::<Vec<_>>(),
    })))?;
    Ok(row)
}

/// Lets happen what is due to a seat: a time that was to end has ended, or somebody has left the
/// office at home. Whoever acts for a seat does this first, under its lock.
///
/// # Errors
///
/// When the database fails.
pub fn settle(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: Locked<Seat>,
) -> Result<Locked<Seat>, Problem> {
    if seat.status != SeatStatus::Filled {
        return Ok(seat);
    }
    let people = sitting(tx.conn, &seat.id, tx.now)?;
    let holder = people.iter().find(|one| one.capacity == Capacity::Holder);
    let changed = match holder {
        None => {
            let last = last_end(tx.conn, &seat.id)?;
            tx.on_behalf_of(Actor::System, |tx| over(tx, assembly, &seat, &last))?;
            true
        }
        Some(holder)
            if !is_in_office(tx.conn, &holder.user_id, &seat.organization_id, HOLDERS)? =>
        {
            let now = End {
                at: tx.now,
                reason: EndReason::LeftOffice,
                note: None,
            };
            tx.on_behalf_of(Actor::System, |tx| {
                end(tx, &people, now)?;
                leave(tx, assembly, &seat, &people, now)
            })?;
            true
        }
        Some(_) => tx.on_behalf_of(Actor::System, |tx| {
            dismiss_who_left(tx, assembly, &seat, &people)
        })?,
    };
    if !changed {
        return Ok(seat);
    }
    Locked::acquire(tx, seat.id.as_str())?.ok_or_else(Problem::not_found)
}

/// The times in a seat that ended last.
fn last_end(conn: &mut Connection, seat: &SeatId) -> Result<Vec<Occupancy>, Problem> {
    let last: Option<Timestamp> = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(seat))
        .filter(seat_occupancies::capacity.eq(Capacity::Holder))
        .select(diesel::dsl::max(seat_occupancies::ends_at))
        .first(conn)?;
    Ok(seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(seat))
        .filter(seat_occupancies::ends_at.eq(last))
        .order(seat_occupancies::id)
        .select(Occupancy::as_select())
        .load(conn)?)
}

/// A time that was to end has ended.
fn over(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: &Locked<Seat>,
    people: &[Occupancy],
) -> Result<Seat, Problem> {
    let holder = people.iter().find(|one| one.capacity == Capacity::Holder);
    let end = End {
        at: holder.and_then(|one| one.ends_at).unwrap_or(tx.now),
        reason: holder
            .and_then(|one| one.end_reason)
            .unwrap_or(EndReason::LeftOffice),
        note: holder.and_then(|one| one.end_note.as_deref()),
    };
    leave(tx, assembly, seat, people, end)
}

/// Ends the time of an alternate who has left the office at home. Whether there was one.
fn dismiss_who_left(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: &Locked<Seat>,
    people: &[Occupancy],
) -> Result<bool, Problem> {
    let Some(alternate) = people
        .iter()
        .find(|one| one.capacity == Capacity::Alternate)
    else {
        return Ok(false);
    };
    if is_in_office(
        tx.conn,
        &alternate.user_id,
        &seat.organization_id,
        ALTERNATES,
    )? {
        return Ok(false);
    }
    let now = End {
        at: tx.now,
        reason: EndReason::LeftOffice,
        note: None,
    };
    dismiss(tx, assembly, seat, alternate, now)?;
    Ok(true)
}

/// Ends the time of an alternate.
///
/// # Errors
///
/// When the database fails.
pub fn dismiss(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    seat: &Locked<Seat>,
    alternate: &Occupancy,
    when: End<'_>,
) -> Result<Seat, Problem> {
    let people = std::slice::from_ref(alternate);
    end(tx, people, when)?;
    release(tx, assembly, &seat.id, people)?;
    let row = store(tx, seat, Seat::clone(seat))?;
    tx.record(event("seat.alternate_dismissed", &row).payload(json!({
        "end_reason": when.reason, "note": when.note, "user_id": alternate.user_id,
    })))?;
    Ok(row)
}
