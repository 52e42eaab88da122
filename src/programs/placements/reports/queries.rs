//! Lists of reports.

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::PlacementId;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::PlacementReport as Row;
use crate::programs::placements::reports::represent::represent;
use crate::programs::placements::reports::visible::{Boxed, visible};
use crate::programs::placements::reports::wire::{
    PlacementReport, PlacementReportsQuery, ReportQuery, ReportSort, ReportStatus,
};
use crate::schema::{placement_reports, placements};

/// Those of the reports that stand there at this instant, as [`ReportStatus::of`] has it.
fn standing(found: Boxed, status: ReportStatus, now: Timestamp) -> Boxed {
    let stored = match status {
        ReportStatus::Upcoming | ReportStatus::Due | ReportStatus::Overdue => StoredStatus::Awaited,
        ReportStatus::Submitted => StoredStatus::Submitted,
        ReportStatus::Returned => StoredStatus::Returned,
        ReportStatus::Accepted => StoredStatus::Accepted,
        ReportStatus::Dropped => StoredStatus::Dropped,
    };
    let found = found.filter(placement_reports::status.eq(stored));
    match status {
        ReportStatus::Overdue => found.filter(placement_reports::due_at.le(now)),
        ReportStatus::Due => found
            .filter(placement_reports::due_at.gt(now))
            .filter(placement_reports::period_ends_at.le(now)),
        ReportStatus::Upcoming => found
            .filter(placement_reports::due_at.gt(now))
            .filter(placement_reports::period_ends_at.gt(now)),
        _ => found,
    }
}

fn filtered(scope: &Scope, query: &ReportQuery, now: Timestamp) -> Boxed {
    let mut found = visible(scope);
    if let Some(status) = query.status {
        found = standing(found, status, now);
    }
    let awaited = [StoredStatus::Awaited, StoredStatus::Returned];
    match query.is_overdue {
        Some(true) => {
            found = found
                .filter(placement_reports::status.eq_any(awaited))
                .filter(placement_reports::due_at.le(now));
        }
        Some(false) => {
            found = found.filter(
                placement_reports::status
                    .ne_all(awaited)
                    .or(placement_reports::due_at.gt(now)),
            );
        }
        None => {}
    }
    if let Some(kind) = query.kind {
        found = found.filter(placement_reports::kind.eq(kind));
    }
    if let Some(host) = &query.organization_id {
        let at_host = placements::table
            .filter(placements::organization_id.eq(host.clone()))
            .select(placements::id);
        found = found.filter(placement_reports::placement_id.eq_any(at_host));
    }
    if let Some(placement) = &query.placement_id {
        found = found.filter(placement_reports::placement_id.eq(placement.clone()));
    }
    if let Some(before) = query.due_before {
        found = found.filter(placement_reports::due_at.lt(before));
    }
    found
}

/// A page of the reports that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &ReportQuery,
    now: Timestamp,
) -> Result<Page<PlacementReport>, Problem> {
    let wanted = PageRequest::of(keyring, query)?;
    let base = || filtered(scope, query, now);
    page(conn, scope, keyring, &wanted, (query.sort, now), &base)
}

/// A page of the reports on a placement, which exists for the caller.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list_of_placement(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    (id, query): (&PlacementId, &PlacementReportsQuery),
    now: Timestamp,
) -> Result<Page<PlacementReport>, Problem> {
    let wanted = PageRequest::within(keyring, query, id.as_str())?;
    let base = || {
        let mut found = visible(scope).filter(placement_reports::placement_id.eq(id.clone()));
        if let Some(status) = query.status {
            found = standing(found, status, now);
        }
        match query.kind {
            Some(kind) => found.filter(placement_reports::kind.eq(kind)),
            None => found,
        }
    };
    page(conn, scope, keyring, &wanted, (query.sort, now), &base)
}

fn page(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    wanted: &PageRequest,
    (sort, now): (Option<ReportSort>, Timestamp),
    base: &dyn Fn() -> Boxed,
) -> Result<Page<PlacementReport>, Problem> {
    let rows: Vec<Row> = crate::seek!(
        base(), placement_reports::due_at, placement_reports::id,
        descending: sort == Some(ReportSort::DueAtDescending),
        after: wanted.after_as::<Timestamp>()?
    )
    .limit(wanted.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = wanted
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = wanted.page(keyring, rows, total, |row| {
        (row.due_at.to_string(), row.id.to_string())
    });
    let shown = represent(conn, scope, &page.data, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}
