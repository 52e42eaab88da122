//! The actions on seats.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::seats::actions;
use crate::assemblies::seats::handlers::reply;
use crate::assemblies::seats::lifecycle::SeatAction;
use crate::assemblies::seats::wire::{FillSeat, NameAlternate, Seat, VacateSeat};
use crate::kernel::access::{Access, Policy, may};
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply, StatedReason};
use crate::kernel::id::SeatId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(fill_seat)
        .service(decline_seat)
        .service(withdraw_nomination)
        .service(vacate_seat)
        .service(name_alternate)
        .service(dismiss_alternate)
        .service(retire_seat);
}

/// Give a seat to somebody
///
/// To the nominee, when nobody is named. The person has an active account with the role of a leader
/// in the jurisdiction, and sits for no other one.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = FillSeat,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "composition_exceeded", "conflict"])),
    ),
)]
#[post("/v1/seats/{id}/fill")]
pub async fn fill_seat(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(input): Json<FillSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = actions::fill_seat(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

async fn close<P: Policy>(
    access: Access<P>,
    id: SeatId,
    if_match: IfMatch,
    action: SeatAction,
    reason: Option<String>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = actions::close_seat(tx, scope, &id, if_match, action, reason.as_deref())?;
            reply(tx, scope, &row)
        })
        .await
}

/// Decline a nomination
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/seats/{id}/decline")]
pub async fn decline_seat(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    close(
        access,
        id,
        if_match,
        SeatAction::Decline,
        Some(input.reason),
    )
    .await
}

/// Withdraw a nomination
///
/// By the jurisdiction itself.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("seats:nominate")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/seats/{id}/withdraw-nomination")]
pub async fn withdraw_nomination(
    access: Access<may::SeatsNominate>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    close(access, id, if_match, SeatAction::WithdrawNomination, None).await
}

/// Vacate a seat
///
/// The time of the holder ends, and that of the alternate: now, or at `effective_at`. The proxies
/// that the seat gave or holds are revoked with it. What was voted stays.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = VacateSeat,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/seats/{id}/vacate")]
pub async fn vacate_seat(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(input): Json<VacateSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = actions::vacate_seat(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Name who stands in for the holder of a seat
///
/// By the leader of the jurisdiction, or the office; in place of who stood in before. The person is
/// a leader, or of the staff, of the jurisdiction.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = NameAlternate,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("seats:nominate")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/seats/{id}/name-alternate")]
pub async fn name_alternate(
    access: Access<may::SeatsNominate>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(input): Json<NameAlternate>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = actions::name_alternate(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Dismiss who stands in for the holder of a seat
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("seats:nominate")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/seats/{id}/dismiss-alternate")]
pub async fn dismiss_alternate(
    access: Access<may::SeatsNominate>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = actions::dismiss_alternate(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Take a seat away
///
/// One that nobody holds. The jurisdiction can be given another.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/seats/{id}/retire")]
pub async fn retire_seat(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    close(access, id, if_match, SeatAction::Retire, Some(input.reason)).await
}
