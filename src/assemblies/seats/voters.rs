//! Who could vote at an instant, and who sat in a seat from when until when.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::model::Assembly;
use crate::assemblies::seats::entitlement::standings;
use crate::assemblies::seats::model::{Occupancy, Seat};
use crate::assemblies::seats::visible::knows_nomination;
use crate::assemblies::seats::wire::{
    AssemblyVoter, AssemblyVoters, ProxyOfVoter, SeatHistory, SeatOccupant, SeatTime,
};
use crate::directory::organizations;
use crate::identity;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::seat_occupancies;

/// Who could vote in an assembly at an instant, with the proxies of a session. Five statements,
/// however many seats.
///
/// # Errors
///
/// When the database fails.
pub fn voters(
    conn: &mut Connection,
    assembly: &Assembly,
    session: Option<&AssemblySessionId>,
    at: Timestamp,
) -> Result<AssemblyVoters, Problem> {
    let standings = standings(conn, &assembly.id, session, at)?;
    let homes: Vec<OrganizationId> = standings
        .iter()
        .map(|one| one.seat.organization_id.clone())
        .collect();
    let homes = organizations::queries::by_ids(conn, &homes)?;
    let people = standings
        .iter()
        .flat_map(|one| {
            [
                Some(&one.holder.user_id),
                one.alternate.as_ref().map(|alternate| &alternate.user_id),
                one.proxy.as_ref().map(|proxy| &proxy.proxy_user_id),
            ]
        })
        .flatten()
        .map(ToString::to_string)
        .collect();
    let names = identity::queries::names_of_users(conn, people, None)?;
    let name_of = |user: &UserId| names.get(user.as_str()).cloned().unwrap_or_default();
    let home_of = |seat: &Seat| {
        homes
            .get(&seat.organization_id)
            .map(|home| home.name.clone())
            .unwrap_or_default()
    };
    let by_seat: HashMap<_, &Seat> = standings
        .iter()
        .map(|one| (one.seat.id.clone(), &one.seat))
        .collect();
    let occupant = |one: &Occupancy| SeatOccupant {
        user_id: one.user_id.clone(),
        name: name_of(&one.user_id),
        office: one.office.clone(),
        since: one.starts_at,
        until: one.ends_at,
    };
    let voters = standings
        .iter()
        .map(|one| AssemblyVoter {
            seat_id: one.seat.id.clone(),
            organization_id: one.seat.organization_id.clone(),
            organization_name: home_of(&one.seat),
            region: one.seat.region.clone(),
            holder: occupant(&one.holder),
            alternate: one.alternate.as_ref().map(&occupant),
            proxy: one.proxy.as_ref().map(|proxy| ProxyOfVoter {
                proxy_id: proxy.id.clone(),
                seat_id: proxy.proxy_seat_id.clone(),
                organization_name: by_seat
                    .get(&proxy.proxy_seat_id)
                    .map(|seat| home_of(seat))
                    .unwrap_or_default(),
                user_id: proxy.proxy_user_id.clone(),
                name: name_of(&proxy.proxy_user_id),
            }),
        })
        .collect();
    Ok(AssemblyVoters {
        assembly_id: assembly.id.clone(),
        session_id: session.cloned(),
        at,
        voters,
    })
}

/// Who sat in a seat, from when until when, in the order in which they came. Two statements.
///
/// # Errors
///
/// When the database fails.
pub fn history(conn: &mut Connection, scope: &Scope, seat: &Seat) -> Result<SeatHistory, Problem> {
    let rows: Vec<Occupancy> = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(&seat.id))
        .order((seat_occupancies::starts_at, seat_occupancies::id))
        .select(Occupancy::as_select())
        .load(conn)?;
    let people = rows.iter().map(|one| one.user_id.to_string()).collect();
    let names = identity::queries::names_of_users(conn, people, None)?;
    let knows = knows_nomination(scope, &seat.organization_id);
    Ok(SeatHistory {
        seat_id: seat.id.clone(),
        times: rows
            .into_iter()
            .map(|one| SeatTime {
                capacity: one.capacity,
                name: names.get(one.user_id.as_str()).cloned().unwrap_or_default(),
                user_id: one.user_id,
                office: one.office,
                starts_at: one.starts_at,
                ends_at: one.ends_at,
                end_reason: one.end_reason,
                note: one.end_note.filter(|_| knows),
            })
            .collect(),
    })
}
