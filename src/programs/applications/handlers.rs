//! The operations on applications.

use actix_web::{delete, get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::{Aggregate, Connection, Tx};
use crate::kernel::http::StatedReason;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{ApplicationId, CallId};
use crate::programs::applications::model::Application as Row;
use crate::programs::applications::represent::represent_one;
use crate::programs::applications::visible::find;
use crate::programs::applications::wire::{
    Application, ApplicationQuery, ApplicationView, CreateApplication, SubmitApplication,
    UpdateApplication,
};
use crate::programs::applications::{commands, queries, submission};
use crate::programs::calls;
use crate::programs::calls::model::Call;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_applications)
        .service(create_application)
        .service(get_application)
        .service(update_application)
        .service(delete_application)
        .service(submit_application)
        .service(waive_overdue_report);
}

/// The answer of an action: the application as it is now.
///
/// # Errors
///
/// When the database fails.
pub fn reply(tx: &mut Tx<'_>, scope: &Scope, call: &Call, row: &Row) -> Result<Reply, Problem> {
    let shown = represent_one(tx.conn, scope, call, row, None, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// The call of an application that the caller may see.
///
/// # Errors
///
/// When the database fails.
pub fn call_of(conn: &mut Connection, row: &Row) -> Result<Call, Problem> {
    Call::load(conn, row.call_id.as_str())?
        .ok_or_else(|| Problem::internal("an application has no call"))
}

/// List the applications of a call
///
/// A host sees its own. Those who run the programs see all that were submitted, and reviewers those
/// that they are to review; whoever has a conflict of interest sees nothing of the application. The
/// oldest first, when no order is given.
#[utoipa::path(
    tag = "Applications",
    params(("id" = CallId, Path, description = "The call."), ApplicationQuery),
    responses((status = 200, description = "A page of applications.", body = Page<Application>)),
    extensions(("x-permission" = json!("applications:read"))),
)]
#[get("/v1/calls/{id}/applications")]
pub async fn list_applications(
    access: Access<may::ApplicationsRead>,
    Path(id): Path<CallId>,
    Query(query): Query<ApplicationQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let call = calls::visible::find(conn, scope, &id)?;
            Reply::ok(&queries::list(conn, scope, &keyring, &call, &query, now)?)
        })
        .await
}

/// Draft an application
///
/// Reviewers do not see it before it is submitted. A host has one application in a call: a second
/// is 409, and the `Location` names the first. After the call has closed, only a host that holds a
/// late code drafts one.
#[utoipa::path(
    tag = "Applications",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = CreateApplication,
    responses((status = 201, description = "The draft.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:write")),
        ("x-problems" = json!(["already_applied", "call_closed"])),
    ),
)]
#[post("/v1/calls/{id}/applications")]
pub async fn create_application(
    access: Access<may::ApplicationsWrite>,
    Path(id): Path<CallId>,
    Json(input): Json<CreateApplication>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, row) = commands::create_application(tx, scope, &id, &input)?;
            let shown = represent_one(tx.conn, scope, &call, &row, None, tx.now)?;
            let location = format!("/v1/applications/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Get an application
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), ApplicationView),
    responses((status = 200, description = "The application.", body = Application)),
    extensions(("x-permission" = json!("applications:read"))),
)]
#[get("/v1/applications/{id}")]
pub async fn get_application(
    access: Access<may::ApplicationsRead>,
    Path(id): Path<ApplicationId>,
    Query(view): Query<ApplicationView>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let call = call_of(conn, &row)?;
            let shown = represent_one(conn, scope, &call, &row, view.expand, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change an application
///
/// A draft at any time; a submitted one until the call closes, and then it must stay complete.
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = UpdateApplication,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/applications/{id}")]
pub async fn update_application(
    access: Access<may::ApplicationsWrite>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    Json(change): Json<UpdateApplication>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, row) = commands::update_application(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &call, &row)
        })
        .await
}

/// Delete a draft application
///
/// Everything but a draft is a record and stays: withdraw it instead.
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    responses((status = 204, description = "The draft is gone.")),
    extensions(
        ("x-permission" = json!("applications:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[delete("/v1/applications/{id}")]
pub async fn delete_application(
    access: Access<may::ApplicationsWrite>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::delete_application(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Submit an application
///
/// Until the call closes, and after that with a late code. The answers are held against the version
/// of the form that the application was drafted against, and every fault is named. A host that owes
/// the final report of an earlier placement is refused, unless that was waived.
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = SubmitApplication,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:write")),
        ("x-problems" = json!(["not_allowed_in_state", "call_closed", "report_overdue"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/applications/{id}/submit")]
pub async fn submit_application(
    access: Access<may::ApplicationsWrite>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<SubmitApplication>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let code = input.late_code.as_deref();
            let (call, row) = submission::submit_application(tx, scope, &id, if_match, code)?;
            reply(tx, scope, &call, &row)
        })
        .await
}

/// Waive an overdue final report
///
/// Lets the host submit this application although it owes the final report of an earlier placement.
#[utoipa::path(
    tag = "Applications",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/applications/{id}/waive-overdue-report")]
pub async fn waive_overdue_report(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, row) =
                commands::waive_overdue_report(tx, scope, &id, if_match, &input.reason)?;
            reply(tx, scope, &call, &row)
        })
        .await
}
