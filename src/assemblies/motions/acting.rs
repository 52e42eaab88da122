//! For which seats the caller acts: proven where something is done, and read for a page of motions
//! at once where it is told what could be done.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::assemblies::motions::model::Motion;
use crate::assemblies::presence::acting::{capacity_of, is_principal_there, not_entitled};
use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::entitlement::{Standing, standings};
use crate::assemblies::seats::lifecycle::Capacity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{AssemblyId, AssemblySessionId, SeatId};
use crate::kernel::time::Timestamp;
use crate::schema::{seat_occupancies, seat_proxies, seats};

/// Whether the caller is the clerk, who acts for the whole assembly.
#[must_use]
pub fn is_clerk(scope: &Scope) -> bool {
    scope.oversees(Permission::SessionsClerk)
}

fn fault(code: &str, detail: &str) -> Problem {
    let mut faults = Faults::default();
    faults.add("/seat_id", code, detail);
    faults
        .finish()
        .err()
        .unwrap_or_else(|| Problem::internal("a fault was noted and lost"))
}

/// In what capacity the caller brings motions for the seat, if they do: a proxy not while the holder
/// or the alternate is there.
fn acts(
    conn: &mut Connection,
    scope: &Scope,
    standing: &Standing,
) -> Result<Option<PresenceCapacity>, Problem> {
    let found = capacity_of(conn, scope, standing, Permission::MotionsWrite)?;
    if found == Some(PresenceCapacity::Proxy) && is_principal_there(conn, standing)? {
        return Ok(None);
    }
    Ok(found)
}

/// The seat that the caller acts for in this session: the one that is named, or else the only one
/// that is theirs. The clerk acts for any seat that somebody holds, and names it.
///
/// # Errors
///
/// 403 `not_entitled` to whoever does not act for the seat; 422 when it has to be named, or is no
/// seat that somebody holds.
pub fn seat_for(
    conn: &mut Connection,
    scope: &Scope,
    assembly: &AssemblyId,
    session: &AssemblySessionId,
    named: Option<&SeatId>,
    now: Timestamp,
) -> Result<SeatId, Problem> {
    let held = standings(conn, assembly, Some(session), now)?;
    let mut mine = Vec::new();
    for standing in &held {
        if let Some(capacity) = acts(conn, scope, standing)? {
            mine.push((&standing.seat.id, capacity));
        }
    }
    if let Some(named) = named {
        if mine.iter().any(|(seat, _)| *seat == named) {
            return Ok(named.clone());
        }
        let is_held = held.iter().any(|standing| standing.seat.id == *named);
        return match (is_clerk(scope), is_held) {
            (true, true) => Ok(named.clone()),
            (true, false) => Err(fault(
                "not_found",
                "is no seat of the assembly that somebody holds",
            )),
            (false, _) => Err(not_entitled(
                "You are not the holder, the alternate or the proxy of this seat.",
            )),
        };
    }
    let own = || {
        mine.iter()
            .filter(|(_, capacity)| *capacity != PresenceCapacity::Proxy)
    };
    match (own().count(), mine.as_slice(), is_clerk(scope)) {
        (1, _, _) => own().map(|(seat, _)| (*seat).clone()).next(),
        (0, [(seat, _)], _) => Some((*seat).clone()),
        (0, [], false) => {
            return Err(not_entitled("You do not act for a seat of this assembly."));
        }
        _ => None,
    }
    .ok_or_else(|| fault("required", "names the seat that you act for"))
}

/// Refuses whoever neither acts for the seat that moves the motion nor is the clerk.
///
/// # Errors
///
/// 403 `not_entitled`.
pub fn expect_author(
    conn: &mut Connection,
    scope: &Scope,
    motion: &Motion,
    now: Timestamp,
) -> Result<(), Problem> {
    if is_clerk(scope) {
        return Ok(());
    }
    let seat = motion
        .mover_seat_id
        .as_ref()
        .ok_or_else(|| not_entitled("The clerk brings this motion."))?;
    let held = standings(conn, &motion.assembly_id, Some(&motion.session_id), now)?;
    let standing = held.iter().find(|standing| standing.seat.id == *seat);
    if let Some(standing) = standing
        && acts(conn, scope, standing)?.is_some()
    {
        return Ok(());
    }
    Err(not_entitled(
        "You are not the holder, the alternate or the proxy of the seat that brings this motion.",
    ))
}

/// The seats that a person acts for at an instant, in all assemblies.
#[derive(Debug, Default)]
pub struct Acting {
    own: Vec<(SeatId, AssemblyId)>,
    proxied: Vec<(SeatId, AssemblySessionId)>,
}

impl Acting {
    /// Reads them: two statements, however many seats. It says the same as
    /// [`standings`], which proves it for one assembly.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read(conn: &mut Connection, scope: &Scope, now: Timestamp) -> Result<Self, Problem> {
        let Some(me) = scope.user().filter(|_| scope.can(Permission::MotionsWrite)) else {
            return Ok(Self::default());
        };
        let own: Vec<(SeatId, AssemblyId)> = seat_occupancies::table
            .inner_join(seats::table)
            .filter(seat_occupancies::user_id.eq(me))
            .filter(seat_occupancies::starts_at.le(now))
            .filter(
                seat_occupancies::ends_at
                    .is_null()
                    .or(seat_occupancies::ends_at.gt(now)),
            )
            .filter(seats::starts_at.le(now))
            .filter(seats::ends_at.gt(now))
            .select((seats::id, seats::assembly_id))
            .load(conn)?;
        let mine: Vec<SeatId> = own.iter().map(|(seat, _)| seat.clone()).collect();
        let held = seat_occupancies::table
            .filter(seat_occupancies::seat_id.eq(seats::id))
            .filter(seat_occupancies::capacity.eq(Capacity::Holder))
            .filter(seat_occupancies::starts_at.le(now))
            .filter(
                seat_occupancies::ends_at
                    .is_null()
                    .or(seat_occupancies::ends_at.gt(now)),
            );
        let proxied = seat_proxies::table
            .inner_join(seats::table.on(seats::id.eq(seat_proxies::seat_id)))
            .filter(seat_proxies::proxy_user_id.eq(me))
            .filter(seat_proxies::proxy_seat_id.eq_any(mine))
            .filter(seat_proxies::designated_at.le(now))
            .filter(
                seat_proxies::revoked_at
                    .is_null()
                    .or(seat_proxies::revoked_at.gt(now)),
            )
            .filter(seats::starts_at.le(now))
            .filter(seats::ends_at.gt(now))
            .filter(exists(held))
            .select((seat_proxies::seat_id, seat_proxies::session_id))
            .load(conn)?;
        Ok(Self { own, proxied })
    }

    /// The seats that the person acts for in this session of this assembly.
    pub fn seats<'a>(
        &'a self,
        assembly: &'a AssemblyId,
        session: &'a AssemblySessionId,
    ) -> impl Iterator<Item = &'a SeatId> {
        let own = self
            .own
            .iter()
            .filter(move |(_, of)| of == assembly)
            .map(|(seat, _)| seat);
        let proxied = self
            .proxied
            .iter()
            .filter(move |(_, of)| of == session)
            .map(|(seat, _)| seat);
        own.chain(proxied)
    }
}
