//! What happens to reports because a time has come: reminders before they are due, and a note once
//! when one is overdue.

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{PlacementId, PlacementReportId};
use crate::kernel::time::Timestamp;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::aggregate::{event, summary};
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::PlacementReport;
use crate::programs::settings::Settings;
use crate::schema::placement_reports;

/// How many reports the worker looks at in one transaction, at most.
const BATCH: i64 = 100;

const DAY: i64 = 24 * 3600;

/// How many reminders should have been given of a report that is due then.
fn reminders_due(settings: &Settings, due_at: Timestamp, now: Timestamp) -> usize {
    settings
        .reminder_days
        .iter()
        .filter(|days| due_at.plus_seconds(-**days * DAY) <= now)
        .count()
}

/// Gives the reminders that are due and notes what is overdue. Returns how many reports it touched.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let mut found = overdue(tx)?;
    for (index, days) in settings.reminder_days.iter().enumerate() {
        let given = i64::try_from(index).unwrap_or(i64::MAX);
        found.extend(to_remind(tx, given, *days)?);
    }
    found.sort();
    found.dedup();
    let mut touched = 0;
    for (placement, report) in found {
        touched += usize::from(look_at(tx, settings, &placement, &report)?);
    }
    Ok(touched)
}

type Found = Vec<(PlacementId, PlacementReportId)>;

/// Reports whose time has passed without a note of it.
fn overdue(tx: &mut Tx<'_>) -> Result<Found, Problem> {
    Ok(placement_reports::table
        .filter(placement_reports::handed_in_at.is_null())
        .filter(placement_reports::status.ne(StoredStatus::Dropped))
        .filter(placement_reports::due_at.le(tx.now))
        .filter(placement_reports::overdue_noted_at.is_null())
        .order(placement_reports::due_at)
        .limit(BATCH)
        .select((placement_reports::placement_id, placement_reports::id))
        .load(tx.conn)?)
}

/// Reports of which so many reminders were given, and the next one is due.
fn to_remind(tx: &mut Tx<'_>, given: i64, days: i64) -> Result<Found, Problem> {
    Ok(placement_reports::table
        .filter(placement_reports::handed_in_at.is_null())
        .filter(placement_reports::status.ne(StoredStatus::Dropped))
        .filter(placement_reports::due_at.gt(tx.now))
        .filter(placement_reports::due_at.le(tx.now.plus_seconds(days * DAY)))
        .filter(placement_reports::reminders.eq(given))
        .order(placement_reports::due_at)
        .limit(BATCH)
        .select((placement_reports::placement_id, placement_reports::id))
        .load(tx.conn)?)
}

/// Does what is due to this report, under the lock that makes it happen once. Whether it did.
fn look_at(
    tx: &mut Tx<'_>,
    settings: &Settings,
    placement: &PlacementId,
    report: &PlacementReportId,
) -> Result<bool, Problem> {
    let placement = Locked::<Placement>::acquire(tx, placement.as_str())?;
    let report = Locked::<PlacementReport>::acquire(tx, report.as_str())?;
    let (Some(placement), Some(report)) = (placement, report) else {
        return Ok(false);
    };
    if report.handed_in_at.is_some() || report.status == StoredStatus::Dropped {
        return Ok(false);
    }
    let mut row = report.clone();
    let kind = if row.due_at <= tx.now {
        if row.overdue_noted_at.is_some() {
            return Ok(false);
        }
        row.overdue_noted_at = Some(tx.now);
        "placement_report.overdue"
    } else {
        // Whoever was away is reminded once of all that was missed.
        let due = reminders_due(settings, row.due_at, tx.now);
        let due = i64::try_from(due).unwrap_or(i64::MAX);
        if row.reminders >= due {
            return Ok(false);
        }
        row.reminders = due;
        "placement_report.reminded"
    };
    // No new version: nobody's edit is stale because somebody was reminded.
    diesel::update(placement_reports::table.filter(placement_reports::id.eq(&row.id)))
        .set((
            placement_reports::reminders.eq(row.reminders),
            placement_reports::overdue_noted_at.eq(row.overdue_noted_at),
        ))
        .execute(tx.conn)?;
    tx.record(event(kind, &placement, &row).payload(json!({"report": summary(&row)})))?;
    Ok(true)
}
