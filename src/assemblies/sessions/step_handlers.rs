//! The steps of sessions, as operations.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::sessions::handlers::reply;
use crate::assemblies::sessions::steps;
use crate::assemblies::sessions::wire::{AdjournAssemblySession, AssemblySession};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply, StatedReason};
use crate::kernel::id::AssemblySessionId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(call_assembly_session)
        .service(publish_agenda)
        .service(open_assembly_session)
        .service(recess_assembly_session)
        .service(resume_assembly_session)
        .service(adjourn_assembly_session)
        .service(cancel_assembly_session);
}

/// Call members to a session
///
/// Members see it from now on. It needs as many days of notice as the rules of the assembly give, in
/// days of the calendar where it is held, and is held while legal review is pending.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "notice_too_short", "legal_review_pending", "faca_notice_too_short", "validation_failed"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/call")]
pub async fn call_assembly_session(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::call(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Publish the agenda of a session
///
/// Members see it from now on. It is frozen: what is changed after this needs a reason and is kept as
/// an amendment that everyone sees.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "legal_review_pending", "faca_notice_too_short", "validation_failed"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/publish-agenda")]
pub async fn publish_agenda(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::publish_agenda(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Open a session
///
/// An hour before its time at the earliest. The quorum is checked and the check kept. A session
/// without a quorum may be opened; nothing can be put to a vote in it.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "legal_review_pending", "faca_notice_too_short"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/open")]
pub async fn open_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::open(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Interrupt a session
///
/// Whoever has the floor has spoken. Not while a poll is open.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/recess")]
pub async fn recess_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::recess(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Go on with a session
///
/// The quorum is checked and the check kept.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/resume")]
pub async fn resume_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::resume(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Adjourn a session
///
/// The quorum is checked and the check kept; everyone's presence ends, and so does the speech of
/// whoever has the floor. Not while a poll is open.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = AdjournAssemblySession,
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict", "quorum_not_met"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/adjourn")]
pub async fn adjourn_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<AdjournAssemblySession>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::adjourn(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Cancel a session
///
/// Before it is opened. It keeps its number, and members who were called see why.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/cancel")]
pub async fn cancel_assembly_session(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = steps::cancel(tx, scope, &id, if_match, &input.reason)?;
            reply(tx, scope, &row)
        })
        .await
}
