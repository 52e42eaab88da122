//! The operations on participants, and the legal review.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::sessions::handlers::reply;
use crate::assemblies::sessions::participants::wire::{
    AddSessionParticipant, DecideLegalReview, SessionParticipant,
};
use crate::assemblies::sessions::participants::{commands, legal, queries};
use crate::assemblies::sessions::visible::find;
use crate::assemblies::sessions::wire::AssemblySession;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Reply};
use crate::kernel::id::{AssemblySessionId, ParticipantId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_session_participants)
        .service(add_session_participant)
        .service(remove_session_participant)
        .service(review_assembly_session);
}

/// List who takes part in a session without a seat
///
/// Members are told once they are called, unless the session is held for legal review; the list is
/// empty for them until then.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "Everyone, the first to be added first.", body = Page<SessionParticipant>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/participants")]
pub async fn list_session_participants(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let session = find(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::list(conn, scope, &session)?))
        })
        .await
}

/// Add somebody who takes part in a session without a seat
///
/// Somebody of the kind `other` holds the session for legal review (Federal Advisory Committee Act),
/// whatever was decided before; they are added before it is opened.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    request_body = AddSessionParticipant,
    responses((status = 201, description = "The participant.", body = SessionParticipant)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/participants")]
pub async fn add_session_participant(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    Json(input): Json<AddSessionParticipant>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::add(tx, scope, &id, &input)?;
            let location = format!("/v1/assembly-sessions/{id}/participants");
            Reply::created(&queries::shown(row, scope), location)
        })
        .await
}

/// Take somebody off the list of those who take part in a session
///
/// Once nobody is left whose part is to be reviewed, the session is no longer held. It may be
/// repeated.
#[utoipa::path(
    tag = "Assemblies",
    params(
        ("id" = AssemblySessionId, Path, description = "The session."),
        ("participant_id" = ParticipantId, Path, description = "The participant."),
    ),
    responses((status = 200, description = "The participant.", body = SessionParticipant)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/participants/{participant_id}/remove")]
pub async fn remove_session_participant(
    access: Access<may::SessionsClerk>,
    Path((id, participant_id)): Path<(AssemblySessionId, ParticipantId)>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::remove(tx, scope, &id, &participant_id)?;
            Reply::ok(&queries::shown(row, scope))
        })
        .await
}

/// Decide whether a session is exempt from the Federal Advisory Committee Act
///
/// Before it is opened, and not by whoever added one of those it is about. When it is not exempt,
/// calling it or publishing its agenda later than 15 days before it, in days of the calendar where
/// it is held, is refused, and so is doing it without a designated federal officer and the citation
/// of the public notice (41 CFR 102-3.150). It may be decided again.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = DecideLegalReview,
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:review")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/legal-review")]
pub async fn review_assembly_session(
    access: Access<may::SessionsReview>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<DecideLegalReview>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = legal::decide(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}
