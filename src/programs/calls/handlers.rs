//! The operations on calls.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{CallId, ProgramId};
use crate::programs;
use crate::programs::calls::lifecycle::CallAction;
use crate::programs::calls::model::Call as Row;
use crate::programs::calls::queries::{parsed, represent};
use crate::programs::calls::visible::find;
use crate::programs::calls::wire::{Call, CallQuery, CreateCall, FormVersion, UpdateCall};
use crate::programs::calls::{commands, queries};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_calls)
        .service(list_calls_of_program)
        .service(create_call)
        .service(get_call)
        .service(update_call)
        .service(open_call)
        .service(close_call)
        .service(get_call_form);
}

/// The answer of an action: the call as it is now.
pub fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, row, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// List calls
///
/// Of all programs; the last to close first, when no order is given. Calls that are being prepared
/// are shown to those who run the programs, and to auditors.
#[utoipa::path(
    tag = "Programs",
    params(CallQuery),
    responses((status = 200, description = "A page of calls.", body = Page<Call>)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/calls")]
pub async fn list_calls(
    access: Access<may::ProgramsRead>,
    Query(query): Query<CallQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            Reply::ok(&queries::list(conn, scope, &keyring, None, &query, now)?)
        })
        .await
}

/// List the calls of a program
#[utoipa::path(
    tag = "Programs",
    params(("id" = ProgramId, Path, description = "The program."), CallQuery),
    responses((status = 200, description = "A page of calls.", body = Page<Call>)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/programs/{id}/calls")]
pub async fn list_calls_of_program(
    access: Access<may::ProgramsRead>,
    Path(id): Path<ProgramId>,
    Query(query): Query<CallQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            programs::visible::find(conn, scope, &id)?;
            let page = queries::list(conn, scope, &keyring, Some(&id), &query, now)?;
            Reply::ok(&page)
        })
        .await
}

/// Draft a call
///
/// Hosts do not see it before it is opened.
#[utoipa::path(
    tag = "Programs",
    params(("id" = ProgramId, Path, description = "The program.")),
    request_body = CreateCall,
    responses((status = 201, description = "The draft.", body = Call)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/programs/{id}/calls")]
pub async fn create_call(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<ProgramId>,
    Json(input): Json<CreateCall>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_call(tx, scope, &id, &input)?;
            let shown = represent(tx.conn, scope, &row, tx.now)?;
            let location = format!("/v1/calls/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Get a call
///
/// With the form that new applications are written against. A call closes by itself at `closes_at`.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The call.", body = Call)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/calls/{id}")]
pub async fn get_call(
    access: Access<may::ProgramsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent(conn, scope, &row, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a call
///
/// A draft in everything. An open call in all but whether it is blind; a new form is a new version,
/// and applications keep the version that they were drafted against. Once it has closed, its
/// closing time, form and eligibility stay; once the reviews have begun, all of it does.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    request_body = UpdateCall,
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/calls/{id}")]
pub async fn update_call(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
    Json(change): Json<UpdateCall>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_call(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Open a call
///
/// Hosts see it and may apply until `closes_at`. It needs a criterion, and time to apply in.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state", "validation_failed"])),
    ),
)]
#[post("/v1/calls/{id}/open")]
pub async fn open_call(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::advance_call(tx, scope, &id, if_match, CallAction::Open)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Close a call before its time
///
/// A call closes by itself at `closes_at`; this ends the window now.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/close")]
pub async fn close_call(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::advance_call(tx, scope, &id, if_match, CallAction::Close)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Get a version of the form of a call
#[utoipa::path(
    tag = "Programs",
    params(
        ("id" = CallId, Path, description = "The call."),
        ("version" = i64, Path, description = "The version, from 1.", minimum = 1, example = 1),
    ),
    responses((status = 200, description = "The form.", body = FormVersion)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/calls/{id}/forms/{version}")]
pub async fn get_call_form(
    access: Access<may::ProgramsRead>,
    Path((id, version)): Path<(CallId, i64)>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let form = queries::form(conn, &row.id, version)?;
            let shown = FormVersion {
                form: parsed(&form)?,
                call_id: form.call_id,
                version: form.version,
                created_at: form.created_at,
            };
            Ok(Reply::ok(&shown)?.representation(shown.version))
        })
        .await
}
