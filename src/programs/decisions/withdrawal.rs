//! Withdrawing an application. It stands with the decisions, because whoever was selected leaves a
//! place that somebody of the reserve takes.

use actix_web::post;
use serde_json::json;

use crate::kernel::access::{Access, Permission, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::StatedReason;
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply};
use crate::kernel::id::ApplicationId;
use crate::kernel::text;
use crate::programs::applications::aggregate::{acquire, shared, store, summary};
use crate::programs::applications::commands::{refuse_panel, refused};
use crate::programs::applications::handlers::reply;
use crate::programs::applications::lifecycle::{ApplicationAction, LIFECYCLE};
use crate::programs::applications::model::Application as Row;
use crate::programs::applications::represent::Viewpoint;
use crate::programs::applications::wire::Application;
use crate::programs::calls::model::Call;
use crate::programs::decisions::reserve::move_up;

/// Takes an application back, for the host. Until the call is announced a host does not learn that
/// it was rejected, so it withdraws as if it were not; afterwards there is nothing left to withdraw.
///
/// # Errors
///
/// 403; 404; 409 when it is not possible from here; 412.
pub fn withdraw(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
    reason: &str,
) -> Result<(Call, Row), Problem> {
    let (call, stored) = acquire(tx, scope, id, Permission::ApplicationsWrite)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    let view = Viewpoint::of(tx.conn, scope, &call, tx.now)?;
    let action = ApplicationAction::Withdraw;
    if !view.allowed_actions(&stored).contains(&action.to_string()) {
        return Err(refused(&view, &stored));
    }
    let mut row = Row::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, action, |_| false)?;
    row.reason = Some(text::clean(reason));
    row.reserve_rank = None;
    let row = store(tx, &stored, row)?;
    tx.record(shared("application.withdrawn", &row, &call).payload(json!({
        "before": summary(&stored), "after": summary(&row), "reason": row.reason,
    })))?;
    move_up(tx, &call, stored.status)?;
    Ok((call.into_inner(), row))
}

/// Withdraw an application
///
/// Takes it back, for the host. When a host that was selected steps back, the first of the reserve
/// takes its place.
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/applications/{id}/withdraw")]
pub async fn withdraw_application(
    access: Access<may::ApplicationsWrite>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, row) = withdraw(tx, scope, &id, if_match, &input.reason)?;
            reply(tx, scope, &call, &row)
        })
        .await
}
