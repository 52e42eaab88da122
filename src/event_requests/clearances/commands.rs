//! Asking for clearances and deciding them. The request is locked, and with it all its clearances.

use serde_json::json;

use crate::event_requests::aggregate::acquire;
use crate::event_requests::clearances::lifecycle::{ClearanceAction, LIFECYCLE};
use crate::event_requests::clearances::model::{Clearance, ClearanceKind};
use crate::event_requests::clearances::queries;
use crate::event_requests::clearances::rules::bar;
use crate::event_requests::clearances::turns::{insert, open_next, store};
use crate::event_requests::journal;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::settings::Settings;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, IfMatch, Problem};
use crate::kernel::id::{ClearanceId, EventRequestId};
use crate::kernel::text;

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
    let request = acquire(tx, scope, settings, id, Permission::RequestsTriage)?;
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
    let permission = LIFECYCLE
        .permission_for(action)
        .ok_or_else(|| Problem::internal("an action is not in the life cycle"))?;
    let request = acquire(tx, scope, settings, request_id, permission)?;
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
