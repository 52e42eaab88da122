//! Which reports a term asks for, and what has to change for those that exist to agree with it.
//!
//! A quarterly report covers one full interval, counted from the first day, that ends before the
//! placement does; the rest of the term is the final report's. So the quarterly reports and the rest
//! cover every day of the term once.

use chrono_tz::Tz;

use crate::kernel::day::Day;
use crate::kernel::time::Timestamp;
use crate::programs::model::Program;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::{PlacementReport, ReportKind};

#[cfg(test)]
mod tests;

/// What is said with a final report that was handed in before the placement was extended.
pub const REOPENED: &str = "The placement was extended after this report was handed in.";

/// When a program's reports are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Months between two reports.
    pub interval_months: u32,
    /// Days after its period by which a report is due.
    pub due_days: u64,
    /// Days after the end by which the final report is due.
    pub final_due_days: u64,
}

impl Schedule {
    /// The schedule of this program.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self {
            interval_months: u32::try_from(program.report_interval_months)
                .unwrap_or(3)
                .max(1),
            due_days: u64::try_from(program.report_due_days).unwrap_or_default(),
            final_due_days: u64::try_from(program.final_report_due_days).unwrap_or_default(),
        }
    }
}

/// From when to when a placement runs, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// The instant at which it ends: the beginning of that day, or earlier on the day before.
    pub ends_at: Timestamp,
    /// The host's time zone.
    pub zone: Tz,
}

impl Span {
    /// The term of this placement.
    #[must_use]
    pub fn of(placement: &Placement) -> Self {
        Self {
            starts_on: placement.starts_on,
            ends_on: placement.ends_on,
            ends_at: placement.ends_at,
            zone: placement.zone(),
        }
    }
}

/// A report that a term asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// What it covers.
    pub kind: ReportKind,
    /// Counts from 1 within its kind.
    pub ordinal: i64,
    /// The first day it covers.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When the period ends.
    pub ends_at: Timestamp,
    /// By when it is handed in.
    pub due_at: Timestamp,
}

/// What has to be done for a report to agree with the term.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// It is asked for and does not exist.
    Add(Planned),
    /// It covers another period or is due at another time.
    Move(PlacementReport),
    /// It was no longer asked for, and is again.
    Revive(PlacementReport),
    /// It was handed in as the last word, and the placement goes on.
    Reopen(PlacementReport),
    /// It is no longer asked for.
    Drop(PlacementReport),
}

/// The instant at which this day begins at the host; where the zone skips the whole day, the next.
#[must_use]
pub fn midnight(day: Day, zone: Tz) -> Timestamp {
    day.begins_at(zone)
        .or_else(|| day.plus_days(1)?.begins_at(zone))
        .unwrap_or(Timestamp::LAST)
}

/// Midnight at the host so many days later.
fn due(day: Day, days: u64, zone: Tz) -> Timestamp {
    day.plus_days(days)
        .map_or(Timestamp::LAST, |day| midnight(day, zone))
}

/// The reports that this term asks for, the final one last.
#[must_use]
pub fn plan(span: &Span, schedule: Schedule) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut starts_on = span.starts_on;
    for ordinal in 1..=u32::MAX {
        // Counted from the first day, so that short months do not move the days after them.
        let end = ordinal
            .checked_mul(schedule.interval_months)
            .and_then(|months| span.starts_on.plus_months(months));
        let Some(ends_on) = end.filter(|end| *end < span.ends_on) else {
            break;
        };
        planned.push(Planned {
            kind: ReportKind::Quarterly,
            ordinal: i64::from(ordinal),
            starts_on,
            ends_on,
            ends_at: midnight(ends_on, span.zone),
            due_at: due(ends_on, schedule.due_days, span.zone),
        });
        starts_on = ends_on;
    }
    planned.push(Planned {
        kind: ReportKind::Final,
        ordinal: 1,
        starts_on: span.starts_on,
        ends_on: span.ends_on,
        ends_at: midnight(span.ends_on, span.zone).min(span.ends_at),
        due_at: due(span.ends_on, schedule.final_due_days, span.zone),
    });
    planned
}

/// What has to be done for these reports to agree with the plan. An empty plan asks for none.
#[must_use]
pub fn reconcile(reports: &[PlacementReport], planned: &[Planned]) -> Vec<Step> {
    let is_of = |report: &PlacementReport, plan: &Planned| {
        report.kind == plan.kind && report.ordinal == plan.ordinal
    };
    let mut steps: Vec<Step> = planned
        .iter()
        .filter_map(
            |plan| match reports.iter().find(|report| is_of(report, plan)) {
                Some(report) => adjusted(report, plan),
                None => Some(Step::Add(*plan)),
            },
        )
        .collect();
    // The final report covers the last day of the term: what begins after that is not served.
    let end = planned.iter().map(|plan| plan.ends_on).max();
    for report in reports {
        let is_served = end.is_some_and(|end| report.period_starts_on < end);
        let is_asked_for = planned.iter().any(|plan| is_of(report, plan))
            || (report.kind == ReportKind::Special && is_served);
        // What was handed in once stays, whatever becomes of the term.
        if is_asked_for || report.status != StoredStatus::Awaited {
            continue;
        }
        let mut dropped = report.clone();
        dropped.status = StoredStatus::Dropped;
        steps.push(Step::Drop(dropped));
    }
    steps
}

/// What has to be done for this report to be as planned.
fn adjusted(report: &PlacementReport, plan: &Planned) -> Option<Step> {
    let has_moved = report.period_starts_on != plan.starts_on
        || report.period_ends_on != plan.ends_on
        || report.period_ends_at != plan.ends_at;
    let mut row = report.clone();
    row.period_starts_on = plan.starts_on;
    row.period_ends_on = plan.ends_on;
    row.period_ends_at = plan.ends_at;
    let goes_on = plan.ends_on > report.period_ends_on;
    match (report.status, report.kind) {
        (StoredStatus::Dropped, _) => {
            row.status = StoredStatus::Awaited;
            become_due(&mut row, plan.due_at);
            Some(Step::Revive(row))
        }
        (StoredStatus::Awaited, _) if has_moved || report.due_at != plan.due_at => {
            become_due(&mut row, plan.due_at);
            Some(Step::Move(row))
        }
        // The office gave it a time of its own, which a longer term makes later.
        (StoredStatus::Returned, _) if has_moved => {
            if plan.due_at > report.due_at {
                become_due(&mut row, plan.due_at);
            }
            Some(Step::Move(row))
        }
        (StoredStatus::Submitted | StoredStatus::Accepted, ReportKind::Final) if has_moved => {
            if !goes_on {
                return Some(Step::Move(row));
            }
            row.status = StoredStatus::Awaited;
            row.reason = Some(REOPENED.to_owned());
            row.handed_in_at = None;
            row.accepted_at = None;
            become_due(&mut row, plan.due_at);
            Some(Step::Reopen(row))
        }
        _ => None,
    }
}

/// Gives a report another time: reminders count anew.
pub fn become_due(row: &mut PlacementReport, due_at: Timestamp) {
    if row.due_at != due_at {
        row.reminders = 0;
        row.overdue_noted_at = None;
    }
    row.due_at = due_at;
}

/// From which day on the figures of a final report count: what the quarterly reports have told is
/// not told again.
#[must_use]
pub fn figures_start_on(report: &PlacementReport, last_quarterly_ends_on: Option<Day>) -> Day {
    match (report.kind, last_quarterly_ends_on) {
        (ReportKind::Final, Some(day)) => day.min(report.period_ends_on),
        _ => report.period_starts_on,
    }
}
