//! A report as the journal is told of it, and stored under the version that was read.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::journal::{Event, Subject};
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::model::PlacementReport;
use crate::schema::placement_reports;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "placement_report";

/// An event about a report. The host's own systems are told where it stands and nothing that is
/// said in it.
#[must_use]
pub fn event(kind: &'static str, placement: &Placement, report: &PlacementReport) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: report.id.to_string(),
            version: Some(report.version),
        },
    )
    .organization(Some(&placement.organization_id))
    .shared(json!({
        "id": report.id,
        "placement_id": report.placement_id,
        "kind": report.kind,
        "status": report.status,
        "due_at": report.due_at,
        "version": report.version,
    }))
}

/// What the journal keeps of a report; what is said in it is left out.
#[must_use]
pub fn summary(report: &PlacementReport) -> Value {
    json!({
        "kind": report.kind,
        "ordinal": report.ordinal,
        "status": report.status,
        "period_starts_on": report.period_starts_on,
        "period_ends_on": report.period_ends_on,
        "due_at": report.due_at,
        "figures": report.figures(),
        "reminders": report.reminders,
    })
}

/// Stores a changed report, under the version that it was read with. The placement is locked.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, mut row: PlacementReport) -> Result<PlacementReport, Problem> {
    let read = row.version;
    row.version = read + 1;
    row.updated_at = tx.now;
    diesel::update(
        placement_reports::table
            .filter(placement_reports::id.eq(&row.id))
            .filter(placement_reports::version.eq(read)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
