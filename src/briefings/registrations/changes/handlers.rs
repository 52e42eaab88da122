//! The operations on changes that came too late.

use actix_web::{get, post};

use crate::briefings::registrations::changes::lifecycle::ChangeAction;
use crate::briefings::registrations::changes::wire::{
    AcceptanceInput, RegistrationChange, RegistrationChangeQuery,
};
use crate::briefings::registrations::changes::{commands, queries};
use crate::kernel::access::{Access, Policy, may};
use crate::kernel::http::{
    IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply, StatedReason,
};
use crate::kernel::id::RegistrationChangeId;

/// List late changes of registrations
///
/// Changes that were asked for after the deadline, and what became of them. Federal staff see all
/// of them, a city its own.
#[utoipa::path(
    tag = "Registrations",
    params(RegistrationChangeQuery),
    responses((status = 200, description = "A page of changes.", body = Page<RegistrationChange>)),
    extensions(("x-permission" = json!("registrations:read"))),
)]
#[get("/v1/registration-changes")]
pub async fn list_registration_changes(
    access: Access<may::RegistrationsRead>,
    Query(query): Query<RegistrationChangeQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}

/// Get a late change of a registration
#[utoipa::path(
    tag = "Registrations",
    params(("id" = RegistrationChangeId, Path, description = "The change.")),
    responses((status = 200, description = "The change.", body = RegistrationChange)),
    extensions(("x-permission" = json!("registrations:read"))),
)]
#[get("/v1/registration-changes/{id}")]
pub async fn get_registration_change(
    access: Access<may::RegistrationsRead>,
    Path(id): Path<RegistrationChangeId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let version = row.version;
            Ok(Reply::ok(&queries::represent(row, scope))?.representation(version))
        })
        .await
}

async fn decide<P: Policy>(
    access: Access<P>,
    id: RegistrationChangeId,
    if_match: IfMatch,
    action: ChangeAction,
    reason: Option<String>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::decide_change(tx, scope, &id, if_match, action, reason.as_deref())?;
            let version = row.version;
            Ok(Reply::ok(&queries::represent(row, scope))?.representation(version))
        })
        .await
}

/// Accept a late change of a registration
///
/// Makes the change. The attendee, and whoever asked, are told by mail.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = RegistrationChangeId, Path, description = "The change."), IfMatch),
    request_body = AcceptanceInput,
    responses((status = 200, description = "The change.", body = RegistrationChange)),
    extensions(
        ("x-permission" = json!("registrations:review")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/registration-changes/{id}/accept")]
pub async fn accept_registration_change(
    access: Access<may::RegistrationsReview>,
    Path(id): Path<RegistrationChangeId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<AcceptanceInput>,
) -> Result<Reply, Problem> {
    decide(access, id, if_match, ChangeAction::Accept, input.reason).await
}

/// Refuse a late change of a registration
///
/// The registration stays as it is. The attendee, and whoever asked, are told by mail.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = RegistrationChangeId, Path, description = "The change."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The change.", body = RegistrationChange)),
    extensions(
        ("x-permission" = json!("registrations:review")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/registration-changes/{id}/refuse")]
pub async fn refuse_registration_change(
    access: Access<may::RegistrationsReview>,
    Path(id): Path<RegistrationChangeId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        id,
        if_match,
        ChangeAction::Refuse,
        Some(input.reason),
    )
    .await
}
