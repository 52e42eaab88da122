//! Who may act for which seat, at any instant: now, when a poll was opened, or years ago.
//!
//! It follows from times alone: the term of the seat, the times of its holder and alternate, the
//! times of its proxy. Nothing is ever overwritten, so that the answer for an instant stays the same.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::lifecycle::Capacity;
use crate::assemblies::seats::model::{Occupancy, Seat};
use crate::assemblies::seats::proxy_model::Proxy;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblyId, AssemblySessionId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{seat_occupancies, seat_proxies, seats};

/// A seat that somebody holds at an instant, and who may act for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The seat.
    pub seat: Seat,
    /// Who holds it.
    pub holder: Occupancy,
    /// Who stands in for the holder.
    pub alternate: Option<Occupancy>,
    /// Who has its vote, in the session that was asked for.
    pub proxy: Option<Proxy>,
}

impl Standing {
    /// Everyone who may act for the seat.
    pub fn people(&self) -> impl Iterator<Item = &UserId> {
        let alternate = self.alternate.as_ref().map(|alternate| &alternate.user_id);
        let proxy = self.proxy.as_ref().map(|proxy| &proxy.proxy_user_id);
        std::iter::once(&self.holder.user_id)
            .chain(alternate)
            .chain(proxy)
    }

    /// Who may act for the seat in this capacity.
    #[must_use]
    pub fn person_in(&self, capacity: PresenceCapacity) -> Option<&UserId> {
        match capacity {
            PresenceCapacity::Holder => Some(&self.holder.user_id),
            PresenceCapacity::Alternate => {
                self.alternate.as_ref().map(|alternate| &alternate.user_id)
            }
            PresenceCapacity::Proxy => self.proxy.as_ref().map(|proxy| &proxy.proxy_user_id),
        }
    }

    /// In what capacity this person may act for the seat, if at all.
    #[must_use]
    pub fn capacity_of(&self, user: &UserId) -> Option<PresenceCapacity> {
        let sits = |occupancy: &Occupancy| occupancy.user_id == *user;
        if sits(&self.holder) {
            Some(PresenceCapacity::Holder)
        } else if self.alternate.as_ref().is_some_and(sits) {
            Some(PresenceCapacity::Alternate)
        } else if self
            .proxy
            .as_ref()
            .is_some_and(|proxy| proxy.proxy_user_id == *user)
        {
            Some(PresenceCapacity::Proxy)
        } else {
            None
        }
    }
}

/// The seats of an assembly that somebody holds at this instant, in the order of their ids, with the
/// proxies of `session`. Three statements, however many seats.
///
/// # Errors
///
/// When the database fails.
pub fn standings(
    conn: &mut Connection,
    assembly: &AssemblyId,
    session: Option<&AssemblySessionId>,
    at: Timestamp,
) -> Result<Vec<Standing>, Problem> {
    let seats: Vec<Seat> = seats::table
        .filter(seats::assembly_id.eq(assembly))
        .filter(seats::starts_at.le(at))
        .filter(seats::ends_at.gt(at))
        .order(seats::id)
        .select(Seat::as_select())
        .load(conn)?;
    let occupancies: Vec<Occupancy> = seat_occupancies::table
        .inner_join(seats::table)
        .filter(seats::assembly_id.eq(assembly))
        .filter(seat_occupancies::starts_at.le(at))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(at)),
        )
        .select(Occupancy::as_select())
        .load(conn)?;
    let proxies: Vec<Proxy> = match session {
        None => Vec::new(),
        Some(session) => seat_proxies::table
            .filter(seat_proxies::session_id.eq(session))
            .filter(seat_proxies::designated_at.le(at))
            .filter(
                seat_proxies::revoked_at
                    .is_null()
                    .or(seat_proxies::revoked_at.gt(at)),
            )
            .select(Proxy::as_select())
            .load(conn)?,
    };
    Ok(put_together(seats, occupancies, proxies))
}

/// As [`standings`], of these seats only: for what one person does, where the others do not matter.
/// Three statements, however many seats there are.
///
/// # Errors
///
/// When the database fails.
pub fn standings_of(
    conn: &mut Connection,
    wanted: &[SeatId],
    session: &AssemblySessionId,
    at: Timestamp,
) -> Result<Vec<Standing>, Problem> {
    let proxies: Vec<Proxy> = seat_proxies::table
        .filter(seat_proxies::session_id.eq(session))
        .filter(seat_proxies::seat_id.eq_any(wanted))
        .filter(seat_proxies::designated_at.le(at))
        .filter(
            seat_proxies::revoked_at
                .is_null()
                .or(seat_proxies::revoked_at.gt(at)),
        )
        .select(Proxy::as_select())
        .load(conn)?;
    // Whether a proxy acts depends on the seat of their own.
    let mut involved: Vec<&SeatId> = wanted.iter().collect();
    involved.extend(proxies.iter().map(|proxy| &proxy.proxy_seat_id));
    let seats: Vec<Seat> = seats::table
        .filter(seats::id.eq_any(involved.clone()))
        .filter(seats::starts_at.le(at))
        .filter(seats::ends_at.gt(at))
        .order(seats::id)
        .select(Seat::as_select())
        .load(conn)?;
    let occupancies: Vec<Occupancy> = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq_any(involved))
        .filter(seat_occupancies::starts_at.le(at))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(at)),
        )
        .select(Occupancy::as_select())
        .load(conn)?;
    let mut found = put_together(seats, occupancies, proxies);
    found.retain(|standing| wanted.contains(&standing.seat.id));
    Ok(found)
}

fn put_together(
    seats: Vec<Seat>,
    occupancies: Vec<Occupancy>,
    proxies: Vec<Proxy>,
) -> Vec<Standing> {
    let in_term: Vec<SeatId> = seats.iter().map(|seat| seat.id.clone()).collect();
    let mut sitting: HashMap<(SeatId, Capacity), Occupancy> = occupancies
        .into_iter()
        .map(|occupancy| ((occupancy.seat_id.clone(), occupancy.capacity), occupancy))
        .collect();
    // A proxy acts as long as they sit themselves.
    let mut proxies: HashMap<SeatId, Proxy> = proxies
        .into_iter()
        .filter(|proxy| {
            in_term.binary_search(&proxy.proxy_seat_id).is_ok()
                && [Capacity::Holder, Capacity::Alternate]
                    .iter()
                    .filter_map(|capacity| sitting.get(&(proxy.proxy_seat_id.clone(), *capacity)))
                    .any(|occupancy| occupancy.user_id == proxy.proxy_user_id)
        })
        .map(|proxy| (proxy.seat_id.clone(), proxy))
        .collect();
    seats
        .into_iter()
        .filter_map(|seat| {
            let holder = sitting.remove(&(seat.id.clone(), Capacity::Holder))?;
            let alternate = sitting.remove(&(seat.id.clone(), Capacity::Alternate));
            let proxy = proxies.remove(&seat.id);
            Some(Standing {
                seat,
                holder,
                alternate,
                proxy,
            })
        })
        .collect()
}
