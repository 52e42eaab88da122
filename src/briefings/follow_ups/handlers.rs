//! The operations on follow-ups.

use actix_web::web::Data;
use actix_web::{get, patch, post};

use crate::briefings::follow_ups::model::FollowUp as Row;
use crate::briefings::follow_ups::wire::{FollowUp, FollowUpQuery, SettleFollowUp, UpdateFollowUp};
use crate::briefings::follow_ups::{commands, queries};
use crate::briefings::settings::Settings;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::FollowUpId;

fn reply(tx: &mut Tx<'_>, scope: &Scope, row: Row) -> Result<Reply, Problem> {
    let version = row.version;
    let shown = queries::represent_one(tx.conn, scope, row)?;
    Ok(Reply::ok(&shown)?.representation(version))
}

/// List follow-ups
///
/// What is to be done after briefings, by the day on which it is due.
#[utoipa::path(
    tag = "After-action",
    params(FollowUpQuery),
    responses((status = 200, description = "A page of follow-ups.", body = Page<FollowUp>)),
    extensions(("x-permission" = json!("after-actions:read"))),
)]
#[get("/v1/follow-ups")]
pub async fn list_follow_ups(
    access: Access<may::AfterActionsRead>,
    Query(query): Query<FollowUpQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}

/// Get a follow-up
#[utoipa::path(
    tag = "After-action",
    params(("id" = FollowUpId, Path, description = "The follow-up.")),
    responses((status = 200, description = "The follow-up.", body = FollowUp)),
    extensions(("x-permission" = json!("after-actions:read"))),
)]
#[get("/v1/follow-ups/{id}")]
pub async fn get_follow_up(
    access: Access<may::AfterActionsRead>,
    Path(id): Path<FollowUpId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let version = row.version;
            let shown = queries::represent_one(conn, scope, row)?;
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Change a follow-up
///
/// What is to be done, who sees to it, or until when.
#[utoipa::path(
    tag = "After-action",
    params(("id" = FollowUpId, Path, description = "The follow-up."), IfMatch),
    request_body = UpdateFollowUp,
    responses((status = 200, description = "The follow-up.", body = FollowUp)),
    extensions(
        ("x-permission" = json!("after-actions:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/follow-ups/{id}")]
pub async fn update_follow_up(
    access: Access<may::AfterActionsWrite>,
    settings: Data<Settings>,
    Path(id): Path<FollowUpId>,
    if_match: IfMatch,
    Json(change): Json<UpdateFollowUp>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_follow_up(tx, scope, &settings, &id, if_match, &change)?;
            reply(tx, scope, row)
        })
        .await
}

/// Settle a follow-up
///
/// It was done, or is not needed any more.
#[utoipa::path(
    tag = "After-action",
    params(("id" = FollowUpId, Path, description = "The follow-up."), IfMatch),
    request_body = SettleFollowUp,
    responses((status = 200, description = "The follow-up.", body = FollowUp)),
    extensions(
        ("x-permission" = json!("after-actions:write")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/follow-ups/{id}/settle")]
pub async fn settle_follow_up(
    access: Access<may::AfterActionsWrite>,
    Path(id): Path<FollowUpId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<SettleFollowUp>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let note = input.note.as_deref();
            let row = commands::settle_follow_up(tx, scope, &id, if_match, note)?;
            reply(tx, scope, row)
        })
        .await
}

/// Reopen a follow-up
///
/// It is to be done after all.
#[utoipa::path(
    tag = "After-action",
    params(("id" = FollowUpId, Path, description = "The follow-up."), IfMatch),
    responses((status = 200, description = "The follow-up.", body = FollowUp)),
    extensions(
        ("x-permission" = json!("after-actions:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/follow-ups/{id}/reopen")]
pub async fn reopen_follow_up(
    access: Access<may::AfterActionsWrite>,
    settings: Data<Settings>,
    Path(id): Path<FollowUpId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::reopen_follow_up(tx, scope, &settings, &id, if_match)?;
            reply(tx, scope, row)
        })
        .await
}
