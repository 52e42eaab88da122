//! Keeping the reports of a placement in step with its term.

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::db::{Aggregate, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::PlacementReportId;
use crate::programs::model::Program;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::aggregate::{self, event, summary};
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::PlacementReport;
use crate::programs::placements::reports::schedule::{
    Planned, Schedule, Span, Step, plan, reconcile,
};
use crate::schema::placement_reports;

/// Makes the reports of a placement agree with its term: what is missing is added, what is not
/// handed in moves with the term, what is no longer asked for is dropped. The caller holds the
/// placement's lock and has stored the term. A placement that is not signed by both sides, or was
/// called off, has no reports.
///
/// # Errors
///
/// When the database fails.
pub fn sync(tx: &mut Tx<'_>, placement: &Placement) -> Result<(), Problem> {
    let reports: Vec<PlacementReport> = placement_reports::table
        .filter(placement_reports::placement_id.eq(&placement.id))
        .order((placement_reports::period_ends_at, placement_reports::id))
        .select(PlacementReport::as_select())
        .load(tx.conn)?;
    let is_agreed =
        placement.signed_at().is_some() && placement.status != PlacementStatus::Cancelled;
    let planned = if is_agreed {
        let program = Program::load(tx.conn, placement.program_id.as_str())?
            .ok_or_else(|| Problem::internal("a placement has no program"))?;
        plan(&Span::of(placement), Schedule::of(&program))
    } else {
        Vec::new()
    };
    for step in reconcile(&reports, &planned) {
        let (kind, row) = match step {
            Step::Add(planned) => ("placement_report.scheduled", add(tx, placement, &planned)?),
            Step::Revive(row) => ("placement_report.scheduled", aggregate::store(tx, row)?),
            Step::Move(row) => ("placement_report.rescheduled", aggregate::store(tx, row)?),
            Step::Reopen(row) => ("placement_report.reopened", aggregate::store(tx, row)?),
            Step::Drop(row) => ("placement_report.dropped", aggregate::store(tx, row)?),
        };
        let payload = json!({"report": summary(&row), "by_itself": true});
        tx.record(event(kind, placement, &row).payload(payload))?;
    }
    Ok(())
}

fn add(
    tx: &mut Tx<'_>,
    placement: &Placement,
    planned: &Planned,
) -> Result<PlacementReport, Problem> {
    let row = PlacementReport {
        id: PlacementReportId::fresh(),
        placement_id: placement.id.clone(),
        kind: planned.kind,
        ordinal: planned.ordinal,
        status: StoredStatus::Awaited,
        period_starts_on: planned.starts_on,
        period_ends_on: planned.ends_on,
        period_ends_at: planned.ends_at,
        due_at: planned.due_at,
        meetings: 0,
        delegations: 0,
        agreements: 0,
        investment_leads: 0,
        public_summary: None,
        internal_part: None,
        reason: None,
        handed_in_at: None,
        accepted_at: None,
        reminders: 0,
        overdue_noted_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(placement_reports::table)
        .values(row.clone())
        .execute(tx.conn)?;
    Ok(row)
}
