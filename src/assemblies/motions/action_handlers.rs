//! The steps of motions, as operations.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::motions::forwarding::forward_motion as forward;
use crate::assemblies::motions::handlers::{created, reply};
use crate::assemblies::motions::step_wire::{
    ActForSeat, ForwardMotion, LayAside, ReferMotion, ReportBack, TakeUpMotion,
};
use crate::assemblies::motions::steps::{self, Step, advance_motion};
use crate::assemblies::motions::wire::Motion;
use crate::kernel::access::{Access, Policy, may};
use crate::kernel::http::{IfMatch, Json, OptionalJson, Path, Problem, Reply};
use crate::kernel::id::MotionId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(move_motion)
        .service(second_motion)
        .service(withdraw_motion)
        .service(table_motion)
        .service(take_up_motion)
        .service(refer_motion)
        .service(report_back_motion)
        .service(forward_motion);
}

async fn advance<P: Policy>(
    access: Access<P>,
    id: MotionId,
    if_match: IfMatch,
    step: Step,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = advance_motion(tx, scope, &id, if_match, &step)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Move a motion
///
/// It gets the next number of its assembly, and waits for seconds where the assembly asks for some.
/// By whoever acts for the seat that it was drafted for, or the clerk. What came from another assembly
/// is moved by the clerk, who may name a seat.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = ActForSeat,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/motions/{id}/move")]
pub async fn move_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<ActForSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::move_motion(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Second a motion
///
/// For another jurisdiction than the mover's, once each: to second it again changes nothing. With as
/// many seconds as the assembly asks for it is before the assembly.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = ActForSeat,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/motions/{id}/second")]
pub async fn second_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<ActForSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::second_motion(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Withdraw a motion
///
/// By whoever acts for the seat that moved it, or the clerk.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = LayAside,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state", "conflict"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/motions/{id}/withdraw")]
pub async fn withdraw_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<LayAside>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, Step::Withdraw(input)).await
}

/// Table a motion
///
/// It is put aside, until it is taken up again. What a session left undecided is tabled after it,
/// before its minutes are approved, or in a later session, which `session_id` names.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = LayAside,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/motions/{id}/table")]
pub async fn table_motion(
    access: Access<may::SessionsClerk>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<LayAside>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, Step::Table(input)).await
}

/// Take up a motion again
///
/// In the session that `session_id` names, where it is another one: amendments that are before the
/// assembly go with it.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = TakeUpMotion,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/motions/{id}/take-up")]
pub async fn take_up_motion(
    access: Access<may::SessionsClerk>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<TakeUpMotion>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, Step::TakeUp(input)).await
}

/// Refer a motion
///
/// To a committee, or another body.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = ReferMotion,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/motions/{id}/refer")]
pub async fn refer_motion(
    access: Access<may::SessionsClerk>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    Json(input): Json<ReferMotion>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, Step::Refer(input)).await
}

/// Report a motion back
///
/// The committee, or other body, gives it back with what it says. It is taken up in the session that
/// `session_id` names, where it is another one.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = ReportBack,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/motions/{id}/report-back")]
pub async fn report_back_motion(
    access: Access<may::SessionsClerk>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    Json(input): Json<ReportBack>,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, Step::ReportBack(input)).await
}

/// Bring a motion before another assembly
///
/// One that was carried or referred. It becomes a draft of a session there, with where it came from.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = ForwardMotion,
    responses((status = 201, description = "The draft in the other assembly.", body = Motion)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/motions/{id}/forward")]
pub async fn forward_motion(
    access: Access<may::SessionsClerk>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    Json(input): Json<ForwardMotion>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = forward(tx, scope, &id, if_match, &input)?;
            created(tx, scope, &row)
        })
        .await
}
