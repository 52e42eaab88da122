//! Reading assemblies.

use diesel::prelude::*;

use crate::assemblies::composition::CountedSeat;
use crate::assemblies::lifecycle::{AssemblyStatus, LIFECYCLE};
use crate::assemblies::model::Assembly as Row;
use crate::assemblies::seats::lifecycle::SeatStatus;
use crate::assemblies::seats::model::Seat;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::visible::{Boxed, visible};
use crate::assemblies::wire::{
    Assembly, AssemblyQuery, AssemblySort, CompositionReport, SeatInReport,
};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{ListQuery, Page, PageRequest, Problem};
use crate::kernel::id::AssemblyId;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{assemblies, assembly_sessions, organizations, seats};

/// How long before its end a term is told of, in seconds: 90 days.
const EXPIRING: i64 = 90 * 86_400;

fn filtered(scope: &Scope, query: &AssemblyQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                assemblies::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(assemblies::status.eq(status));
    }
    found
}

/// A page of the assemblies that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &AssemblyQuery,
) -> Result<Page<Assembly>, Problem> {
    let request = PageRequest::within(keyring, query, AssemblyQuery::LIST)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, query), assemblies::created_at, assemblies::id,
        descending: query.sort != Some(AssemblySort::CreatedAt),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    Ok(page.map(|row| shown(&row, scope)))
}

/// An assembly as this caller sees it.
#[must_use]
pub fn shown(row: &Row, scope: &Scope) -> Assembly {
    Assembly {
        id: row.id.clone(),
        name: row.name.clone(),
        purpose: row.purpose.clone(),
        status: row.status,
        time_zone: row.time_zone.clone(),
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        composition: row.composition(),
        regions: row.regions(),
        quorum: row.quorum_rule(),
        workflow: row.workflow().0,
        notice_days: row.notice_days,
        max_proxies: row.max_proxies,
        seconds_needed: row.seconds_needed,
        is_ballot_replaceable: row.is_ballot_replaceable,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, scope),
    }
}

/// What the caller may do with an assembly.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<String> {
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, |permission| scope.oversees(permission))
        .iter()
        .map(ToString::to_string)
        .collect();
    let is_over = row.status == AssemblyStatus::Concluded;
    if scope.oversees(Permission::AssembliesWrite) && !is_over {
        actions.extend(["update", "add-seat"].map(str::to_owned));
    }
    let is_local = !scope.homes_with(Permission::SeatsNominate).is_empty() && !scope.is_federal();
    if row.status == AssemblyStatus::Nominations && is_local {
        actions.push("nominate".to_owned());
    }
    actions
}

/// Whether a session of the assembly is in one of these states.
///
/// # Errors
///
/// When the database fails.
pub fn has_session_in(
    conn: &mut Connection,
    assembly: &AssemblyId,
    states: &[SessionStatus],
) -> Result<bool, Problem> {
    let found: i64 = assembly_sessions::table
        .filter(assembly_sessions::assembly_id.eq(assembly))
        .filter(assembly_sessions::status.eq_any(states.to_vec()))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The seats that an assembly has: those that somebody holds, and those that nobody does. One whose
/// term is over no longer counts.
///
/// # Errors
///
/// When the database fails.
pub fn seats_of(
    conn: &mut Connection,
    assembly: &AssemblyId,
    now: Timestamp,
) -> Result<Vec<Seat>, Problem> {
    Ok(seats::table
        .filter(seats::assembly_id.eq(assembly))
        .filter(seats::ends_at.gt(now))
        .filter(seats::status.eq_any([SeatStatus::Vacant, SeatStatus::Filled]))
        .order(seats::id)
        .select(Seat::as_select())
        .load(conn)?)
}

/// A seat, as the composition counts it.
#[must_use]
pub fn counted(seat: &Seat) -> CountedSeat {
    CountedSeat {
        kind: seat.kind,
        region: seat.region.clone(),
        population: seat.population,
        affiliation: seat.affiliation.clone(),
        is_filled: seat.status == SeatStatus::Filled,
    }
}

/// How the seats of an assembly stand to its rules.
///
/// # Errors
///
/// When the database fails.
pub fn composition(
    conn: &mut Connection,
    row: &Row,
    now: Timestamp,
) -> Result<CompositionReport, Problem> {
    let rows: Vec<(Seat, String)> = seats::table
        .inner_join(organizations::table)
        .filter(seats::assembly_id.eq(&row.id))
        .filter(seats::ends_at.gt(now))
        .filter(seats::status.eq_any([SeatStatus::Vacant, SeatStatus::Filled]))
        .order((seats::ends_at, seats::id))
        .select((Seat::as_select(), organizations::name))
        .load(conn)?;
    let seats: Vec<CountedSeat> = rows.iter().map(|(seat, _)| counted(seat)).collect();
    let rules = row.composition().count(&seats);
    let named = |wanted: &dyn Fn(&Seat) -> bool| {
        rows.iter()
            .filter(|(seat, _)| wanted(seat))
            .map(|(seat, name)| SeatInReport {
                seat_id: seat.id.clone(),
                organization_id: seat.organization_id.clone(),
                organization_name: name.clone(),
                ends_on: seat.ends_on,
            })
            .collect::<Vec<_>>()
    };
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let filled = seats.iter().filter(|seat| seat.is_filled).count();
    Ok(CompositionReport {
        assembly_id: row.id.clone(),
        filled: count(filled),
        vacant: count(seats.len() - filled),
        is_met: rules.iter().all(|rule| rule.is_met),
        rules,
        vacant_seats: named(&|seat| seat.status == SeatStatus::Vacant),
        expiring_seats: named(&|seat| {
            seat.status == SeatStatus::Filled && seat.ends_at <= now.plus_seconds(EXPIRING)
        }),
    })
}
