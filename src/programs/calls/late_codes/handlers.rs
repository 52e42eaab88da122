//! The operations on late codes.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::CallId;
use crate::programs::calls::late_codes::wire::{CreateLateCode, LateCode, LateCodeQuery};
use crate::programs::calls::late_codes::{commands, queries};
use crate::programs::calls::visible::find;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_late_codes).service(create_late_code);
}

/// List the late codes of a call
///
/// Without the codes themselves. For those who run the programs, and auditors; not for those who
/// review in the call.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call."), LateCodeQuery),
    responses((status = 200, description = "A page of late codes.", body = Page<LateCode>)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/calls/{id}/late-codes")]
pub async fn list_late_codes(
    access: Access<may::ProgramsRead>,
    Path(id): Path<CallId>,
    Query(query): Query<LateCodeQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let call = find(conn, scope, &id)?;
            queries::expect_reader(conn, scope, &call)?;
            let page = queries::list(conn, &keyring, &call.id, &query)?;
            Reply::ok(&page.map(LateCode::of))
        })
        .await
}

/// Give a late code
///
/// Lets one organization submit once after the call has closed, until the code expires. The answer
/// shows the code; nothing shows it again. It is written into the journal with its reason.
#[utoipa::path(
    tag = "Programs",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = CreateLateCode,
    responses((status = 201, description = "The late code.", body = LateCode)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/late-codes")]
pub async fn create_late_code(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    Json(input): Json<CreateLateCode>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (row, code) = commands::create_late_code(tx, scope, &id, &input)?;
            let location = format!("/v1/calls/{}/late-codes", row.call_id);
            Ok(Reply::created(&LateCode::of(row), location)?.secret("code", code))
        })
        .await
}
