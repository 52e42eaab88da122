//! Whose turn it is: clearances that are asked for, opened, and count as given by themselves.

use diesel::prelude::*;
use serde_json::json;

use crate::event_requests::clearances::lifecycle::ClearanceStatus;
use crate::event_requests::clearances::model::{Clearance, ClearanceKind};
use crate::event_requests::clearances::queries;
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::event_requests::{journal, rules};
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{ClearanceId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::clearances::{self, dsl as table};

/// Asks for every clearance that a request needs and was not asked for yet.
///
/// # Errors
///
/// 403 for API keys.
pub fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    request: &Locked<EventRequest>,
) -> Result<(), Problem> {
    let (me, _) = scope.person()?;
    let rules = settings.of(request.request_type);
    let asked = queries::of(tx.conn, &request.id)?;
    let last_step = asked.iter().map(|row| row.step).max().unwrap_or(0);
    let needed = rules::required_clearances(rules, &request.details());
    let missing = needed
        .iter()
        .filter(|kind| !asked.iter().any(|row| row.kind == **kind));
    for (kind, turn) in missing.zip(1_i64..) {
        let step = if rules.in_order {
            last_step + turn
        } else {
            last_step.max(1)
        };
        insert(tx, request, *kind, step, me)?;
    }
    open_next(tx, settings, request, tx.now)
}

/// Stores a new clearance, whose turn is yet to come.
///
/// # Errors
///
/// When the database fails.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    request: &EventRequest,
    kind: ClearanceKind,
    step: i64,
    requested_by: &UserId,
) -> Result<Clearance, Problem> {
    let row = Clearance {
        id: ClearanceId::fresh(),
        request_id: request.id.clone(),
        kind,
        step,
        status: ClearanceStatus::Waiting,
        requested_by: requested_by.clone(),
        opened_at: None,
        deemed_at: None,
        decided_by: None,
        decided_at: None,
        reason: None,
        version: 1,
        created_at: tx.now,
    };
    diesel::insert_into(clearances::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(
        journal::internal("clearance.requested", request)
            .payload(json!({"clearance_id": row.id, "kind": kind})),
    )?;
    Ok(row)
}

/// Stores a clearance in place of what it was. Its request is locked.
///
/// # Errors
///
/// When the database fails.
pub(super) fn store(tx: &mut Tx<'_>, mut row: Clearance) -> Result<Clearance, Problem> {
    row.version += 1;
    diesel::update(table::clearances.filter(table::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// Opens the clearances whose turn has come at `at`: those before them are settled.
///
/// # Errors
///
/// When the database fails.
pub(super) fn open_next(
    tx: &mut Tx<'_>,
    settings: &Settings,
    request: &EventRequest,
    at: Timestamp,
) -> Result<(), Problem> {
    let rows = queries::of(tx.conn, &request.id)?;
    let turn = rows
        .iter()
        .filter(|row| !row.status.is_settled())
        .map(|row| row.step)
        .min();
    let open = rows
        .into_iter()
        .filter(|row| row.status == ClearanceStatus::Waiting && Some(row.step) == turn);
    for mut row in open {
        row.status = ClearanceStatus::Pending;
        row.opened_at = Some(at);
        row.deemed_at = settings
            .deemed_after(row.kind)
            .map(|seconds| settings.calendar.after(at, seconds));
        store(tx, row)?;
    }
    Ok(())
}

/// Lets clearances count as given whose time has come, each dated on its instant. One may open the
/// next, whose time may have come too.
///
/// # Errors
///
/// When the database fails.
pub fn settle_deemed(
    tx: &mut Tx<'_>,
    settings: &Settings,
    request: &Locked<EventRequest>,
) -> Result<(), Problem> {
    loop {
        let due: Option<Clearance> = table::clearances
            .filter(table::request_id.eq(&request.id))
            .filter(table::status.eq(ClearanceStatus::Pending))
            .filter(table::deemed_at.le(tx.now))
            .order((table::deemed_at, table::id))
            .select(Clearance::as_select())
            .first(tx.conn)
            .optional()?;
        let Some((mut row, at)) = due.and_then(|row| {
            let at = row.deemed_at?;
            Some((row, at))
        }) else {
            return Ok(());
        };
        row.status = ClearanceStatus::DeemedCleared;
        row.decided_at = Some(at);
        let row = store(tx, row)?;
        tx.record(
            journal::internal("clearance.deemed_cleared", request)
                .payload(json!({"clearance_id": row.id, "kind": row.kind, "decided_at": at})),
        )?;
        open_next(tx, settings, request, at)?;
    }
}
