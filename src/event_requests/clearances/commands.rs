//! Asking for clearances and deciding them. The request is locked, and with it all its clearances.

use diesel::prelude::*;
use serde_json::json;

use crate::event_requests::clearances::lifecycle::{ClearanceAction, ClearanceStatus, LIFECYCLE};
use crate::event_requests::clearances::model::{Clearance, ClearanceKind};
use crate::event_requests::clearances::queries;
use crate::event_requests::commands::acquire;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::event_requests::{journal, rules};
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, IfMatch, Problem};
use crate::kernel::id::{ClearanceId, EventRequestId, UserId};
use crate::kernel::text;
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

fn insert(
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

fn store(tx: &mut Tx<'_>, mut row: Clearance) -> Result<Clearance, Problem> {
    row.version += 1;
    diesel::update(table::clearances.filter(table::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// Opens the clearances whose turn has come at `at`: those before them are settled.
fn open_next(
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

/// Asks for a further clearance, side by side with those that are open.
///
/// # Errors
///
/// 404; 409 when it was asked for already, or the request is not in clearance; 412.
pub fn request_clearance(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    kind: ClearanceKind,
) -> Result<Clearance, Problem> {
    let request = acquire(tx, scope, settings, id)?;
    let (me, _) = scope.person()?;
    if request.status != RequestStatus::InClearance {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "A further clearance is asked for while the request is in clearance.",
        )
        .with("state", request.status.as_str()));
    }
    let rows = queries::of(tx.conn, id)?;
    if let Some(row) = rows.iter().find(|row| row.kind == kind) {
        return Err(
            Problem::new(Code::Conflict, "This clearance was asked for already.")
                .with("clearance_id", row.id.as_str()),
        );
    }
    let step = rows
        .iter()
        .filter(|row| !row.status.is_settled())
        .map(|row| row.step)
        .min()
        .unwrap_or(1);
    let row = insert(tx, &request, kind, step, me)?;
    open_next(tx, settings, &request, tx.now)?;
    queries::find(tx.conn, id, &row.id)
}

/// Why this caller may not decide this clearance, if so: nobody decides for the side they belong
/// to, nor what they asked for themselves.
#[must_use]
pub fn bar(scope: &Scope, request: &EventRequest, clearance: &Clearance) -> Option<&'static str> {
    let Ok((me, _)) = scope.person() else {
        return Some("API keys decide nothing.");
    };
    let is_of_the_asking_side = scope
        .homes()
        .iter()
        .any(|home| home.organization_id == request.organization_id)
        || request.is_written_by(&scope.actor());
    if is_of_the_asking_side {
        return Some("Nobody clears a request of their own side.");
    }
    (clearance.requested_by == *me).then_some("Nobody decides a clearance they asked for.")
}

/// Decides a clearance.
///
/// # Errors
///
/// 403 to whoever asked for it or belongs to the side that asks; 404; 409 when it is decided, or
/// the request is; 412.
pub fn decide(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    (request_id, id): (&EventRequestId, &ClearanceId),
    if_match: IfMatch,
    (action, reason): (ClearanceAction, &str),
) -> Result<Clearance, Problem> {
    let request = acquire(tx, scope, settings, request_id)?;
    let mut row = queries::find(tx.conn, request_id, id)?;
    if let Some(why) = bar(scope, &request, &row) {
        return Err(Problem::new(Code::Forbidden, why));
    }
    if_match.check(row.version)?;
    if !RequestStatus::OPEN.contains(&request.status) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The request is decided; its clearances stand as they are.",
        )
        .with("state", request.status.as_str())
        .with("allowed_actions", Vec::<String>::new()));
    }
    let (me, _) = scope.person()?;
    row.status = LIFECYCLE.after(row.status, action, |permission| scope.can(permission))?;
    row.decided_by = Some(me.clone());
    row.decided_at = Some(tx.now);
    row.reason = Some(text::clean(reason));
    let row = store(tx, row)?;
    let kind = match action {
        ClearanceAction::Clear => "clearance.cleared",
        ClearanceAction::Object => "clearance.objected",
        ClearanceAction::Waive => "clearance.waived",
    };
    tx.record(
        journal::internal(kind, &request)
            .payload(json!({"clearance_id": row.id, "kind": row.kind, "reason": row.reason})),
    )?;
    if row.status.is_settled() {
        open_next(tx, settings, &request, tx.now)?;
    }
    Ok(row)
}
