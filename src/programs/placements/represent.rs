//! Placements as a caller sees them: one query a relation, however many rows.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::directory::organizations;
use crate::directory::organizations::wire::Organization;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{ApplicationId, OfficerId, OrganizationId, PlacementId};
use crate::kernel::time::Timestamp;
use crate::programs::applications;
use crate::programs::placements::lifecycle::{LIFECYCLE, PlacementAction, PlacementStatus};
use crate::programs::placements::model::Placement as Row;
use crate::programs::placements::rules::{as_of, status_at};
use crate::programs::placements::wire::{
    OfficerSummary, Placement, PlacementExpansion, Signatures,
};
use crate::schema::{applications as application_rows, officers, placements};

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    expand: Option<PlacementExpansion>,
    now: Timestamp,
) -> Result<Vec<Placement>, Problem> {
    let officers = officers_of(conn, rows)?;
    let replacements = replacements_of(conn, rows)?;
    let applications = readable_applications(conn, scope, rows)?;
    let mut names = HashMap::new();
    if scope.is_federal() {
        let signers: HashSet<String> = rows
            .iter()
            .flat_map(|row| [&row.office_signed_by, &row.host_signed_by])
            .flatten()
            .map(ToString::to_string)
            .collect();
        names = identity::queries::names_of_users(conn, signers.into_iter().collect(), None)?;
    }
    let mut hosts = HashMap::new();
    if expand == Some(PlacementExpansion::Organization) && scope.can(Permission::OrganizationsRead)
    {
        let ids: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id.clone()).collect();
        hosts = organizations::queries::by_ids(conn, &ids)?;
    }
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let row = &as_of(row, now);
        let officer = officers
            .get(&row.officer_id)
            .cloned()
            .ok_or_else(|| Problem::internal("a placement has no officer"))?;
        let signer = |id: &Option<crate::kernel::id::UserId>| {
            id.as_ref().and_then(|id| names.get(id.as_str())).cloned()
        };
        shown.push(Placement {
            id: row.id.clone(),
            program_id: row.program_id.clone(),
            application_id: row
                .application_id
                .clone()
                .filter(|id| applications.contains(id)),
            officer,
            organization_id: row.organization_id.clone(),
            organization: hosts
                .get(&row.organization_id)
                .map(|host| Organization::of(host.clone(), scope)),
            slot: row.slot,
            status: row.status,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            starts_at: row.zoned(row.starts_at),
            ends_at: row.zoned(row.ends_at),
            time_zone: row.time_zone.clone(),
            replaces_id: row.replaces_id.clone(),
            replaced_by: replacements.get(&row.id).cloned(),
            supervisor: row.supervisor.clone(),
            workplan: row.workplan.clone(),
            internal_notes: row.internal_notes.clone().filter(|_| scope.is_federal()),
            signatures: Signatures {
                office_signed_at: row.office_signed_at,
                host_signed_at: row.host_signed_at,
                office_signed_by: signer(&row.office_signed_by),
                host_signed_by: signer(&row.host_signed_by),
            },
            reason: row.reason.clone(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed_actions(row, scope, now),
        });
    }
    Ok(shown)
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    expand: Option<PlacementExpansion>,
    now: Timestamp,
) -> Result<Placement, Problem> {
    represent(conn, scope, std::slice::from_ref(row), expand, now)?
        .pop()
        .ok_or_else(|| Problem::internal("a placement has no representation"))
}

/// The side of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The office's.
    Office,
    /// The host's.
    Host,
}

/// For which side the caller signs: those who sign for every jurisdiction sign for the office.
#[must_use]
pub fn side(row: &Row, scope: &Scope) -> Option<Side> {
    if scope.oversees(Permission::PlacementsSign) {
        return Some(Side::Office);
    }
    scope
        .may(Permission::PlacementsSign, &row.organization_id)
        .then_some(Side::Host)
}

/// Whether the caller's side has yet to sign.
fn may_sign(row: &Row, scope: &Scope) -> bool {
    match side(row, scope) {
        Some(Side::Office) => row.office_signed_at.is_none(),
        Some(Side::Host) => row.host_signed_at.is_none(),
        None => false,
    }
}

/// What the caller may do with a placement at this instant.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope, now: Timestamp) -> Vec<String> {
    let status = status_at(row, now);
    let permissions = scope.permissions_in(&row.organization_id);
    let may = |permission: Permission| permissions.contains(&permission);
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(status, may)
        .iter()
        .filter(|action| match action {
            PlacementAction::Sign => may_sign(row, scope),
            PlacementAction::Activate => row.starts_at <= now,
            // By itself, when the final report is accepted.
            PlacementAction::Close => false,
            _ => true,
        })
        .map(PlacementAction::to_string)
        .collect();
    if may(Permission::PlacementsWrite) && is_open_to_changes(status) {
        actions.push("update".to_owned());
    }
    actions
}

/// Whether anything of it can still be changed.
#[must_use]
pub fn is_open_to_changes(status: PlacementStatus) -> bool {
    !matches!(status, PlacementStatus::Closed | PlacementStatus::Cancelled)
}

fn officers_of(
    conn: &mut Connection,
    rows: &[Row],
) -> Result<HashMap<OfficerId, OfficerSummary>, Problem> {
    let ids: Vec<OfficerId> = rows.iter().map(|row| row.officer_id.clone()).collect();
    let found: Vec<(OfficerId, String, String)> = officers::table
        .filter(officers::id.eq_any(ids))
        .select((officers::id, officers::name, officers::grade))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(id, name, grade)| (id.clone(), OfficerSummary { id, name, grade }))
        .collect())
}

/// Which placement took over from which.
fn replacements_of(
    conn: &mut Connection,
    rows: &[Row],
) -> Result<HashMap<PlacementId, PlacementId>, Problem> {
    let ids: Vec<PlacementId> = rows.iter().map(|row| row.id.clone()).collect();
    let found: Vec<(PlacementId, PlacementId)> = placements::table
        .filter(placements::replaces_id.eq_any(ids))
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .select((placements::replaces_id.assume_not_null(), placements::id))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Which of the applications behind the rows exist for the caller.
fn readable_applications(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
) -> Result<HashSet<ApplicationId>, Problem> {
    let ids: Vec<ApplicationId> = rows
        .iter()
        .filter_map(|row| row.application_id.clone())
        .collect();
    if ids.is_empty() || !scope.can(Permission::ApplicationsRead) {
        return Ok(HashSet::new());
    }
    let found: Vec<ApplicationId> = applications::visible::named(scope)
        .filter(application_rows::id.eq_any(ids))
        .select(application_rows::id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}
