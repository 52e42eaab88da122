//! Counting what placements came to: one query for the placements, one for their reports.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{PlacementId, ProgramId};
use crate::kernel::time::Timestamp;
use crate::programs::placements;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::{Figures, PlacementReport, ReportKind};
use crate::programs::statistics::wire::{
    PlacementCount, PlacementStatistics, ProgramStatistics, ReportCounts, StatisticsRange,
};
use crate::schema::{placement_reports, placements as rows};

/// What the placements of a program came to, as far as the caller may see them. The program exists
/// for the caller.
///
/// # Errors
///
/// 400 when the range ends before it begins.
pub fn program_statistics(
    conn: &mut Connection,
    scope: &Scope,
    id: &ProgramId,
    range: &StatisticsRange,
    now: Timestamp,
) -> Result<ProgramStatistics, Problem> {
    let is_ordered = match (range.from, range.until) {
        (Some(from), Some(until)) => from <= until,
        _ => true,
    };
    let mut faults = Faults::default();
    faults.require(
        is_ordered,
        "until",
        "out_of_order",
        "must not be before `from`",
    );
    faults.finish_as(Code::InvalidQuery)?;

    let found: Vec<Placement> = placements::visible::visible(scope)
        .filter(rows::program_id.eq(id.clone()))
        .order(rows::id)
        .select(Placement::as_select())
        .load(conn)?;
    let reports = reports_of(conn, scope, id, range)?;
    let by_placement: Vec<PlacementStatistics> = found
        .iter()
        .filter_map(|placement| {
            let (reports, figures) = counted(reports.get(&placement.id)?, now);
            Some(PlacementStatistics {
                placement_id: placement.id.clone(),
                organization_id: placement.organization_id.clone(),
                reports,
                figures,
            })
        })
        .collect();
    let (mut reports, mut figures) = (ReportCounts::default(), Figures::default());
    for placement in &by_placement {
        reports += placement.reports;
        figures += placement.figures;
    }
    Ok(ProgramStatistics {
        program_id: id.clone(),
        from: range.from,
        until: range.until,
        placements: by_status(&found, now),
        reports,
        figures,
        by_placement,
    })
}

fn by_status(found: &[Placement], now: Timestamp) -> Vec<PlacementCount> {
    PlacementStatus::ALL
        .iter()
        .filter_map(|status| {
            let count = found
                .iter()
                .filter(|placement| placements::rules::status_at(placement, now) == *status)
                .count();
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            (count > 0).then_some(PlacementCount {
                status: *status,
                count,
            })
        })
        .collect()
}

fn reports_of(
    conn: &mut Connection,
    scope: &Scope,
    id: &ProgramId,
    range: &StatisticsRange,
) -> Result<BTreeMap<PlacementId, Vec<PlacementReport>>, Problem> {
    let of_program = rows::table
        .filter(rows::program_id.eq(id.clone()))
        .select(rows::id);
    let mut wanted = reports::visible::visible(scope)
        .filter(placement_reports::placement_id.eq_any(of_program))
        .filter(placement_reports::status.ne(StoredStatus::Dropped));
    // A period ends on the day after its last.
    if let Some(from) = range.from {
        wanted = wanted.filter(placement_reports::period_ends_on.gt(from));
    }
    if let Some(until) = range.until {
        wanted = wanted.filter(placement_reports::period_ends_on.le(until));
    }
    let found: Vec<PlacementReport> = wanted.select(PlacementReport::as_select()).load(conn)?;
    let mut reports: BTreeMap<PlacementId, Vec<PlacementReport>> = BTreeMap::new();
    for report in found {
        reports
            .entry(report.placement_id.clone())
            .or_default()
            .push(report);
    }
    Ok(reports)
}

/// How many of these reports are in, and what the accepted ones of the schedule add up to.
fn counted(reports: &[PlacementReport], now: Timestamp) -> (ReportCounts, Figures) {
    let (mut counts, mut figures) = (ReportCounts::default(), Figures::default());
    for report in reports {
        counts += ReportCounts {
            expected: 1,
            handed_in: i64::from(report.handed_in_at.is_some()),
            accepted: i64::from(report.status == StoredStatus::Accepted),
            overdue: i64::from(report.is_overdue(now)),
        };
        if report.status == StoredStatus::Accepted && report.kind != ReportKind::Special {
            figures += report.figures();
        }
    }
    (counts, figures)
}
