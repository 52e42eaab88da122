//! The operations on briefings.

use actix_web::{delete, get, patch, post};

use crate::briefings::lifecycle::BriefingAction;
use crate::briefings::model::Briefing as Row;
use crate::briefings::wire::{
    Briefing, BriefingQuery, BriefingView, CreateBriefing, ReasonInput, UpdateBriefing,
};
use crate::briefings::{advancing, commands, queries};
use crate::kernel::access::{Access, Policy, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::BriefingId;

fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = queries::represent_one(tx.conn, scope, row, None, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

async fn advance<P: Policy>(
    access: Access<P>,
    id: BriefingId,
    if_match: IfMatch,
    action: BriefingAction,
    reason: Option<String>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row =
                advancing::advance_briefing(tx, scope, &id, if_match, action, reason.as_deref())?;
            reply(tx, scope, &row)
        })
        .await
}

/// List briefings
///
/// The briefings that the caller may see. For a city: those published to it.
#[utoipa::path(
    tag = "Briefings",
    params(BriefingQuery),
    responses((status = 200, description = "A page of briefings.", body = Page<Briefing>)),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefings")]
pub async fn list_briefings(
    access: Access<may::BriefingsRead>,
    Query(query): Query<BriefingQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query, now)?))
        .await
}

/// Draft a briefing
#[utoipa::path(
    tag = "Briefings",
    request_body = CreateBriefing,
    responses((status = 201, description = "The draft.", body = Briefing)),
    extensions(("x-permission" = json!("briefings:schedule"))),
)]
#[post("/v1/briefings")]
pub async fn create_briefing(
    access: Access<may::BriefingsSchedule>,
    Json(input): Json<CreateBriefing>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_briefing(tx, input.clone())?;
            let shown = queries::represent_one(tx.conn, scope, &row, None, tx.now)?;
            let location = format!("/v1/briefings/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Get a briefing
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), BriefingView),
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefings/{id}")]
pub async fn get_briefing(
    access: Access<may::BriefingsRead>,
    Path(id): Path<BriefingId>,
    Query(view): Query<BriefingView>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let shown = queries::represent_one(conn, scope, &row, view.expand, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a briefing
///
/// A change of time, briefers or venue of a briefing that is booked books the new ones in place
/// of the old.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    request_body = UpdateBriefing,
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[patch("/v1/briefings/{id}")]
pub async fn update_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
    Json(change): Json<UpdateBriefing>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_briefing(tx, scope, &id, if_match, change.clone())?;
            reply(tx, scope, &row)
        })
        .await
}

/// Delete a draft
///
/// Everything but a draft is a record and stays: cancel it instead.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    responses((status = 204, description = "The draft is gone.")),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[delete("/v1/briefings/{id}")]
pub async fn delete_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::delete_briefing(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Schedule a briefing
///
/// Books its time, briefers and venue. Refused with 409 when one of them is booked for another
/// briefing at that time; `conflicts` names each. Bookings that touch end to start are allowed.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/schedule")]
pub async fn schedule_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Schedule, None).await
}

/// Publish a briefing
///
/// Shows it to its audience, who may register until `registration_closes_at`.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:publish")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/publish")]
pub async fn publish_briefing(
    access: Access<may::BriefingsPublish>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Publish, None).await
}

/// Postpone a briefing
///
/// Releases its bookings and keeps its registrations. Schedule and publish it again at another
/// time.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    request_body = ReasonInput,
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/postpone")]
pub async fn postpone_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<ReasonInput>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Postpone, input.reason).await
}

/// Cancel a briefing
///
/// Calls it off for good and releases its bookings.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    request_body = ReasonInput,
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/cancel")]
pub async fn cancel_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<ReasonInput>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Cancel, input.reason).await
}

/// Record that a briefing was held
///
/// Not before it starts.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/deliver")]
pub async fn deliver_briefing(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Deliver, None).await
}

/// Close a briefing
///
/// It was held and is written up: its after-action report was filed.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingId, Path, description = "The briefing."), IfMatch),
    responses((status = 200, description = "The briefing.", body = Briefing)),
    extensions(
        ("x-permission" = json!("briefings:close")),
        ("x-problems" = json!(["after_action_missing", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/close")]
pub async fn close_briefing(
    access: Access<may::BriefingsClose>,
    Path(id): Path<BriefingId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, BriefingAction::Close, None).await
}
