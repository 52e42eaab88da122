//! The actions on placements.

use actix_web::post;
use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::identity::Identity;
use crate::kernel::access::{Access, Policy, may};
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply};
use crate::kernel::id::PlacementId;
use crate::programs::placements::handlers::{created, reply};
use crate::programs::placements::replacement;
use crate::programs::placements::transitions::{Step, advance_placement};
use crate::programs::placements::wire::{Cancellation, NewEnd, Placement, Replacement};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_placement)
        .service(activate_placement)
        .service(extend_placement)
        .service(curtail_placement)
        .service(replace_placement)
        .service(complete_placement)
        .service(cancel_placement);
}

/// Takes a step. An officer's place at the host may have begun, moved or ended with it: what this
/// process believed of who is where is forgotten.
async fn advance<P: Policy>(
    access: Access<P>,
    identity: Data<Identity>,
    id: PlacementId,
    if_match: IfMatch,
    step: Step,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            let row = advance_placement(tx, scope, &id, if_match, &step)?;
            reply(tx, scope, &row)
        })
        .await;
    identity.principals.clear();
    reply
}

/// Sign the agreement of a placement
///
/// For the caller's side: the office's, or the host's leader's. A placement that both have signed by
/// its first day begins by itself; one that was signed later is activated.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:sign")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/placements/{id}/sign")]
pub async fn sign_placement(
    access: Access<may::PlacementsSign>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Sign).await
}

/// Begin a placement that was signed late
///
/// Not before its first day. The officer's place at the host begins now.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placements/{id}/activate")]
pub async fn activate_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Activate).await
}

/// Extend a placement
///
/// Within the months that the program allows. 409 when the officer or the slot is held afterwards.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    request_body = NewEnd,
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state", "placement_conflict"])),
    ),
)]
#[post("/v1/placements/{id}/extend")]
pub async fn extend_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
    Json(input): Json<NewEnd>,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Extend(input)).await
}

/// Curtail a placement
///
/// The remaining days are free at once. One that ends today has ended with its midnight.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    request_body = NewEnd,
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placements/{id}/curtail")]
pub async fn curtail_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
    Json(input): Json<NewEnd>,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Curtail(input)).await
}

/// Let another officer take over
///
/// Before the placement begins it is cancelled and the other officer takes the whole term; afterwards
/// it is curtailed, and the other officer takes the rest. The answer is the new placement, proposed,
/// for both sides to sign.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    request_body = Replacement,
    responses((status = 201, description = "The placement that follows.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state", "placement_conflict", "conflict"])),
    ),
)]
#[post("/v1/placements/{id}/replace")]
pub async fn replace_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
    Json(input): Json<Replacement>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            let row = replacement::replace_placement(tx, scope, &id, if_match, &input)?;
            created(tx, scope, &row)
        })
        .await;
    identity.principals.clear();
    reply
}

/// Complete a placement
///
/// It ends now, and so does the officer's place at the host; today is its last day. By itself it
/// ends at its end.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placements/{id}/complete")]
pub async fn complete_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Complete).await
}

/// Cancel a placement
///
/// Before it begins. The officer and the slot are free at once.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    request_body = Cancellation,
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placements/{id}/cancel")]
pub async fn cancel_placement(
    access: Access<may::PlacementsWrite>,
    identity: Data<Identity>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
    Json(input): Json<Cancellation>,
) -> Result<Reply, Problem> {
    advance(access, identity, id, if_match, Step::Cancel(input.reason)).await
}
