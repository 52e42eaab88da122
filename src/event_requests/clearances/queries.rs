//! Reading clearances. Whoever may read a request and clearances reads all of that request's.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::event_requests::clearances::lifecycle::ClearanceStatus;
use crate::event_requests::clearances::model::Clearance;
use crate::event_requests::wire::ClearanceSummary;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{ClearanceId, EventRequestId};
use crate::kernel::time::Timestamp;
use crate::schema::clearances::dsl as table;

/// The clearances of a request, in the order in which they are asked for.
///
/// # Errors
///
/// When the database fails.
pub fn of(conn: &mut Connection, request: &EventRequestId) -> Result<Vec<Clearance>, Problem> {
    Ok(table::clearances
        .filter(table::request_id.eq(request))
        .order((table::step, table::id))
        .select(Clearance::as_select())
        .load(conn)?)
}

/// One clearance of a request.
///
/// # Errors
///
/// 404 when the request has none with this id.
pub fn find(
    conn: &mut Connection,
    request: &EventRequestId,
    id: &ClearanceId,
) -> Result<Clearance, Problem> {
    table::clearances
        .filter(table::request_id.eq(request))
        .filter(table::id.eq(id))
        .select(Clearance::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// Where the clearances of these requests stand, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn summaries(
    conn: &mut Connection,
    ids: &[EventRequestId],
    now: Timestamp,
) -> Result<HashMap<EventRequestId, Vec<ClearanceSummary>>, Problem> {
    let rows: Vec<Clearance> = table::clearances
        .filter(table::request_id.eq_any(ids.to_vec()))
        .order((table::request_id, table::step, table::id))
        .select(Clearance::as_select())
        .load(conn)?;
    let mut found: HashMap<EventRequestId, Vec<ClearanceSummary>> = HashMap::new();
    for row in rows {
        found
            .entry(row.request_id.clone())
            .or_default()
            .push(ClearanceSummary {
                kind: row.kind,
                status: status_at(&row, now),
            });
    }
    Ok(found)
}

/// Where a clearance stands at `now`, also where nothing has yet written down that its time came.
#[must_use]
pub fn status_at(row: &Clearance, now: Timestamp) -> ClearanceStatus {
    if row.status == ClearanceStatus::Pending && row.deemed_at.is_some_and(|at| at <= now) {
        ClearanceStatus::DeemedCleared
    } else {
        row.status
    }
}

/// Requests with a clearance whose time has come, in the order of their ids.
///
/// # Errors
///
/// When the database fails.
pub fn overdue_requests(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<EventRequestId>, Problem> {
    Ok(table::clearances
        .filter(table::status.eq(ClearanceStatus::Pending))
        .filter(table::deemed_at.le(now))
        .order(table::request_id)
        .select(table::request_id)
        .distinct()
        .limit(limit)
        .load(conn)?)
}
