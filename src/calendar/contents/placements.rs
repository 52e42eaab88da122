//! Placements in a calendar: their terms, and the days on which their reports are due.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::calendar::contents::{MOST, Reading};
use crate::directory::organizations;
use crate::kernel::access::Permission;
use crate::kernel::day::Day;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{self, CalendarEvent, EventStatus, EventTime};
use crate::kernel::id::{OfficerId, OrganizationId, PlacementId};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::{PlacementReport, ReportKind};
use crate::programs::placements::{reports, rules, visible};
use crate::schema::{officers, placement_reports, placements};

/// Terms, in the order of their beginning, and then reports, in the order in which they are due.
pub(super) fn read(
    conn: &mut Connection,
    reading: &Reading<'_>,
) -> Result<Vec<CalendarEvent>, Problem> {
    if !reading.scope.can(Permission::PlacementsRead) {
        return Ok(Vec::new());
    }
    let terms = terms(conn, reading)?;
    let due = due(conn, reading)?;
    let known: HashSet<&PlacementId> = terms.iter().map(|row| &row.id).collect();
    let others: Vec<PlacementId> = due
        .iter()
        .map(|report| report.placement_id.clone())
        .filter(|id| !known.contains(id))
        .collect();
    let mut of_reports: HashMap<PlacementId, Placement> = terms
        .iter()
        .map(|row| (row.id.clone(), row.clone()))
        .collect();
    if !others.is_empty() {
        let rows: Vec<Placement> = visible::visible(reading.scope)
            .filter(placements::id.eq_any(others))
            .select(Placement::as_select())
            .load(conn)?;
        of_reports.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
    let names = Names::read(conn, of_reports.values())?;
    let terms = terms
        .iter()
        .filter(|row| row.starts_on < row.ends_on)
        .filter_map(|row| Some(term_event(row, &names.of(row)?)));
    let due = due.iter().filter_map(|report| {
        let placement = of_reports.get(&report.placement_id)?;
        report_event(report, placement, &names.of(placement)?)
    });
    Ok(terms.chain(due).collect())
}

/// The placements that both sides have signed.
fn terms(conn: &mut Connection, reading: &Reading<'_>) -> Result<Vec<Placement>, Problem> {
    let rows: Vec<Placement> = visible::visible(reading.scope)
        .filter(placements::office_signed_at.is_not_null())
        .filter(placements::host_signed_at.is_not_null())
        .filter(
            placements::status
                .ne(PlacementStatus::Cancelled)
                .or(placements::updated_at.gt(reading.from)),
        )
        .filter(placements::ends_at.gt(reading.from))
        .filter(placements::starts_at.lt(reading.to))
        .order((placements::starts_at, placements::id))
        .limit(MOST)
        .select(Placement::as_select())
        .load(conn)?;
    Ok(rows
        .iter()
        .map(|row| rules::as_of(row, reading.now))
        .collect())
}

/// The reports that are still to be handed in.
fn due(conn: &mut Connection, reading: &Reading<'_>) -> Result<Vec<PlacementReport>, Problem> {
    if !reading.scope.can(Permission::PlacementReportsRead) {
        return Ok(Vec::new());
    }
    Ok(reports::visible::visible(reading.scope)
        .filter(placement_reports::status.eq_any([StoredStatus::Awaited, StoredStatus::Returned]))
        .filter(placement_reports::due_at.gt(reading.from))
        .filter(placement_reports::due_at.lt(reading.to))
        .order((placement_reports::due_at, placement_reports::id))
        .limit(MOST)
        .select(PlacementReport::as_select())
        .load(conn)?)
}

/// What officers and hosts are called.
struct Names {
    officers: HashMap<OfficerId, String>,
    hosts: HashMap<OrganizationId, String>,
}

impl Names {
    fn read<'a>(
        conn: &mut Connection,
        rows: impl Iterator<Item = &'a Placement> + Clone,
    ) -> Result<Self, Problem> {
        let officer_ids: Vec<OfficerId> = rows.clone().map(|row| row.officer_id.clone()).collect();
        let host_ids: Vec<OrganizationId> = rows.map(|row| row.organization_id.clone()).collect();
        if officer_ids.is_empty() {
            return Ok(Self {
                officers: HashMap::new(),
                hosts: HashMap::new(),
            });
        }
        let found: Vec<(OfficerId, String)> = officers::table
            .filter(officers::id.eq_any(officer_ids))
            .select((officers::id, officers::name))
            .load(conn)?;
        let hosts = organizations::queries::by_ids(conn, &host_ids)?;
        Ok(Self {
            officers: found.into_iter().collect(),
            hosts: hosts.into_iter().map(|(id, row)| (id, row.name)).collect(),
        })
    }

    /// Who is where.
    fn of(&self, row: &Placement) -> Option<String> {
        Some(format!(
            "{} at {}",
            self.officers.get(&row.officer_id)?,
            self.hosts.get(&row.organization_id)?
        ))
    }
}

fn term_event(row: &Placement, who: &str) -> CalendarEvent {
    CalendarEvent {
        uid: ical::uid(row.id.as_str()),
        sequence: row.version,
        status: if row.status == PlacementStatus::Cancelled {
            EventStatus::Cancelled
        } else {
            EventStatus::Confirmed
        },
        time: EventTime::AllDay {
            first: row.starts_on,
            after: row.ends_on,
        },
        summary: format!("Placement: {who}"),
        description: None,
        location: None,
        url: None,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// A report is due until midnight at the host: its day is the one that ends then.
fn report_event(
    report: &PlacementReport,
    placement: &Placement,
    who: &str,
) -> Option<CalendarEvent> {
    let first = Day::of(report.due_at.plus_seconds(-1), placement.zone());
    let what = match report.kind {
        ReportKind::Quarterly => "Quarterly report",
        ReportKind::Final => "Final report",
        ReportKind::Special => "Special report",
    };
    Some(CalendarEvent {
        uid: ical::uid(report.id.as_str()),
        sequence: report.version,
        status: EventStatus::Confirmed,
        time: EventTime::AllDay {
            first,
            after: first.plus_days(1)?,
        },
        summary: format!("{what} due: {who}"),
        description: None,
        location: None,
        url: None,
        created_at: report.created_at,
        updated_at: report.updated_at,
    })
}
