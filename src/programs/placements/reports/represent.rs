//! Reports as a caller sees them: one query a relation, however many rows.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::day::Day;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::PlacementId;
use crate::kernel::time::Timestamp;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::lifecycle::{LIFECYCLE, ReportAction, StoredStatus};
use crate::programs::placements::reports::model::{PlacementReport as Row, ReportKind};
use crate::programs::placements::reports::rules;
use crate::programs::placements::reports::schedule::figures_start_on;
use crate::programs::placements::reports::visible::{Eyes, served_by_me};
use crate::programs::placements::reports::wire::{PlacementReport, ReportStatus};
use crate::schema::{placement_reports, placements};

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    now: Timestamp,
) -> Result<Vec<PlacementReport>, Problem> {
    let ids: Vec<PlacementId> = rows.iter().map(|row| row.placement_id.clone()).collect();
    let own = served_by_me(conn, scope, &ids)?;
    let found: Vec<Placement> = placements::table
        .filter(placements::id.eq_any(ids))
        .select(Placement::as_select())
        .load(conn)?;
    let known: HashMap<PlacementId, Placement> = found
        .into_iter()
        .map(|placement| (placement.id.clone(), placement))
        .collect();
    let finals: Vec<PlacementId> = rows
        .iter()
        .filter(|row| row.kind == ReportKind::Final)
        .map(|row| row.placement_id.clone())
        .collect();
    let covered = covered_by_quarterlies(conn, finals)?;
    rows.iter()
        .map(|row| {
            let placement = known
                .get(&row.placement_id)
                .ok_or_else(|| Problem::internal("a report has no placement"))?;
            let eyes = Eyes::of(scope, own.contains(&row.placement_id));
            Ok(shown(
                row,
                placement,
                (scope, eyes),
                covered.get(&row.placement_id).copied(),
                now,
            ))
        })
        .collect()
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
    now: Timestamp,
) -> Result<PlacementReport, Problem> {
    represent(conn, scope, std::slice::from_ref(row), now)?
        .pop()
        .ok_or_else(|| Problem::internal("a report has no representation"))
}

/// The day after the last one that a quarterly report covers, of each placement that has one.
///
/// # Errors
///
/// When the database fails.
fn covered_by_quarterlies(
    conn: &mut Connection,
    ids: Vec<PlacementId>,
) -> Result<HashMap<PlacementId, Day>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(PlacementId, Option<Day>)> = placement_reports::table
        .filter(placement_reports::placement_id.eq_any(ids))
        .filter(placement_reports::kind.eq(ReportKind::Quarterly))
        .filter(placement_reports::status.ne(StoredStatus::Dropped))
        .group_by(placement_reports::placement_id)
        .select((
            placement_reports::placement_id,
            diesel::dsl::max(placement_reports::period_ends_on),
        ))
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter_map(|(id, day)| Some((id, day?)))
        .collect())
}

fn shown(
    row: &Row,
    placement: &Placement,
    (scope, eyes): (&Scope, Eyes),
    covered: Option<Day>,
    now: Timestamp,
) -> PlacementReport {
    let is_told = eyes != Eyes::Host || row.handed_in_at.is_some();
    let is_inside = eyes != Eyes::Host;
    PlacementReport {
        id: row.id.clone(),
        placement_id: row.placement_id.clone(),
        program_id: placement.program_id.clone(),
        organization_id: placement.organization_id.clone(),
        kind: row.kind,
        ordinal: row.ordinal,
        status: ReportStatus::of(row, now),
        is_overdue: row.is_overdue(now),
        period_starts_on: row.period_starts_on,
        period_ends_on: row.period_ends_on,
        figures_start_on: figures_start_on(row, covered),
        due_at: placement.zoned(row.due_at),
        figures: is_told.then(|| row.figures()),
        public_summary: row.public_summary.clone().filter(|_| is_told),
        internal_part: is_inside.then(|| row.internal_part.clone()),
        reason: is_inside.then(|| row.reason.clone()),
        handed_in_at: row.handed_in_at,
        accepted_at: row.accepted_at,
        reminders: row.reminders,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, placement, scope, eyes, now),
    }
}

/// What the caller may do with a report.
fn allowed_actions(
    row: &Row,
    placement: &Placement,
    scope: &Scope,
    eyes: Eyes,
    now: Timestamp,
) -> Vec<String> {
    let may = |permission: Permission| match permission {
        Permission::PlacementReportsWrite => eyes.may_write(scope),
        permission => scope.may(permission, &placement.organization_id),
    };
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, may)
        .iter()
        .filter(|action| match action {
            ReportAction::Submit => rules::can_be_handed_in(row, now),
            ReportAction::Accept => rules::can_be_accepted(row, placement),
            ReportAction::Return => true,
        })
        .map(ToString::to_string)
        .collect();
    if eyes.may_write(scope) && rules::is_open(row) {
        actions.push("update".to_owned());
    }
    actions
}
