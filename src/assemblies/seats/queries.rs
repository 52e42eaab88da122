//! Reading seats: one query a relation, however many rows.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::seats::lifecycle::{Capacity, LIFECYCLE, SeatAction, SeatStatus};
use crate::assemblies::seats::model::{Occupancy, Seat as Row};
use crate::assemblies::seats::visible::{Boxed, knows_nomination, leads, visible};
use crate::assemblies::seats::wire::{Seat, SeatNomination, SeatOccupant, SeatQuery, SeatSort};
use crate::directory::organizations;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{AssemblyId, OrganizationId, SeatId, UserId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::{assemblies, seat_occupancies, seats};

fn filtered(scope: &Scope, assembly: &AssemblyId, query: &SeatQuery) -> Boxed {
    let mut found = visible(scope).filter(seats::assembly_id.eq(assembly.clone()));
    if let Some(status) = query.status {
        found = found.filter(seats::status.eq(status));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(seats::organization_id.eq(organization.clone()));
    }
    if let Some(region) = &query.region {
        found = found.filter(seats::region.eq(region.clone()));
    }
    found
}

/// A page of the seats of an assembly that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    assembly: &AssemblyId,
    query: &SeatQuery,
    now: Timestamp,
) -> Result<Page<Seat>, Problem> {
    let request = PageRequest::within(keyring, query, assembly.as_str())?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, assembly, query), seats::created_at, seats::id,
        descending: query.sort == Some(SeatSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, assembly, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    let mut shown = represent(conn, scope, &page.data, now)?.into_iter();
    Ok(Page {
        data: shown.by_ref().collect(),
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// The seats as this caller sees them. Four statements, however many.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    now: Timestamp,
) -> Result<Vec<Seat>, Problem> {
    let organizations: Vec<OrganizationId> =
        rows.iter().map(|row| row.organization_id.clone()).collect();
    let organizations = organizations::queries::by_ids(conn, &organizations)?;
    let mut sitting = sitting_now(conn, rows, now)?;
    let people = sitting
        .values()
        .map(|one| one.user_id.to_string())
        .chain(
            rows.iter()
                .filter_map(|row| Some(row.nominee_id.as_ref()?.to_string())),
        )
        .collect();
    let names = identity::queries::names_of_users(conn, people, None)?;
    let name_of = |user: &UserId| names.get(user.as_str()).cloned();
    let over = concluded(conn, rows)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let mut occupant = |capacity| {
            let one = sitting.remove(&(row.id.clone(), capacity))?;
            Some(SeatOccupant {
                name: name_of(&one.user_id).unwrap_or_default(),
                user_id: one.user_id,
                office: one.office,
                since: one.starts_at,
                until: one.ends_at,
            })
        };
        let (holder, alternate) = (occupant(Capacity::Holder), occupant(Capacity::Alternate));
        // A time that was to end has ended, whether or not the worker came by.
        let is_left = row.status == SeatStatus::Filled && holder.is_none();
        let row = &Row {
            status: if is_left {
                SeatStatus::Vacant
            } else {
                row.status
            },
            ..row.clone()
        };
        let knows = knows_nomination(scope, &row.organization_id);
        let was_nominated =
            row.nominated_by.is_some() || row.nominee_id.is_some() || row.statement.is_some();
        shown.push(Seat {
            id: row.id.clone(),
            assembly_id: row.assembly_id.clone(),
            organization_id: row.organization_id.clone(),
            organization_name: organizations
                .get(&row.organization_id)
                .map(|one| one.name.clone())
                .unwrap_or_default(),
            status: row.status,
            kind: row.kind,
            region: row.region.clone(),
            population: row.population,
            affiliation: row.affiliation.clone(),
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            holder,
            alternate,
            nomination: (knows && was_nominated).then(|| SeatNomination {
                nominee_id: row.nominee_id.clone(),
                nominee_name: row.nominee_id.as_ref().and_then(name_of),
                office: row.nominee_office.clone(),
                statement: row.statement.clone(),
                nominated_by: row.nominated_by.clone(),
            }),
            reason: row.reason.clone().filter(|_| knows),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: if over.contains(&row.assembly_id) {
                Vec::new()
            } else {
                allowed_actions(row, scope)
            },
        });
    }
    Ok(shown)
}

/// One seat as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    now: Timestamp,
) -> Result<Seat, Problem> {
    represent(conn, scope, std::slice::from_ref(row), now)?
        .pop()
        .ok_or_else(|| Problem::internal("a seat has no representation"))
}

/// Who sits in these seats at this instant.
fn sitting_now(
    conn: &mut Connection,
    rows: &[Row],
    now: Timestamp,
) -> Result<HashMap<(SeatId, Capacity), Occupancy>, Problem> {
    let ids: Vec<SeatId> = rows.iter().map(|row| row.id.clone()).collect();
    let found: Vec<Occupancy> = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq_any(ids))
        .filter(seat_occupancies::starts_at.le(now))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(now)),
        )
        .select(Occupancy::as_select())
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|one| ((one.seat_id.clone(), one.capacity), one))
        .collect())
}

/// The assemblies of these seats that are over.
fn concluded(conn: &mut Connection, rows: &[Row]) -> Result<Vec<AssemblyId>, Problem> {
    let ids: Vec<AssemblyId> = rows.iter().map(|row| row.assembly_id.clone()).collect();
    Ok(assemblies::table
        .filter(assemblies::id.eq_any(ids))
        .filter(assemblies::status.eq(AssemblyStatus::Concluded))
        .select(assemblies::id)
        .load(conn)?)
}

/// What the caller may do with a seat of an assembly that is not over.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<String> {
    let is_office = scope.oversees(Permission::AssembliesWrite);
    let is_own = knows_nomination(scope, &row.organization_id);
    let leads = leads(scope, &row.organization_id);
    let permissions = scope.permissions_in(&row.organization_id);
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, |permission| permissions.contains(&permission))
        .into_iter()
        .filter(|action| match action {
            SeatAction::NameAlternate | SeatAction::DismissAlternate => is_office || leads,
            SeatAction::WithdrawNomination => is_office || is_own,
            _ => is_office,
        })
        .map(|action| action.to_string())
        .collect();
    let is_ended = matches!(row.status, SeatStatus::Declined | SeatStatus::Retired);
    let may_state = row.status == SeatStatus::Nominated
        && is_own
        && permissions.contains(&Permission::SeatsNominate);
    if (is_office && !is_ended) || may_state {
        actions.push("update".to_owned());
    }
    if row.status == SeatStatus::Filled && permissions.contains(&Permission::ProxiesWrite) {
        actions.push("designate-proxy".to_owned());
    }
    actions
}
