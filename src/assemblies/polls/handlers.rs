//! The operations on polls.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::motions;
use crate::assemblies::polls::model::Poll as Row;
use crate::assemblies::polls::queries::{self, Of};
use crate::assemblies::polls::represent::{represent, result};
use crate::assemblies::polls::running::Opening;
use crate::assemblies::polls::visible::find;
use crate::assemblies::polls::wire::{CreatePoll, Poll, PollQuery, PollResult, UpdatePoll};
use crate::assemblies::polls::{commands, forgetting, running};
use crate::assemblies::sessions;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::http::{Code, IfMatch, Json, Page, Path, Problem, Query, Reply, StatedReason};
use crate::kernel::id::{AssemblySessionId, MotionId, PollId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_polls_of_motion)
        .service(create_poll)
        .service(list_polls_of_session)
        .service(get_poll)
        .service(update_poll)
        .service(open_poll)
        .service(close_poll)
        .service(cancel_poll)
        .service(get_poll_result);
}

fn reply(scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    Ok(Reply::ok(&represent(row, scope)?)?.representation(row.version))
}

/// List the polls of a motion
#[utoipa::path(
    tag = "Polls",
    params(("id" = MotionId, Path, description = "The motion."), PollQuery),
    responses((status = 200, description = "A page of polls.", body = Page<Poll>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions/{id}/polls")]
pub async fn list_polls_of_motion(
    access: Access<may::AssembliesRead>,
    Path(id): Path<MotionId>,
    Query(query): Query<PollQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            motions::visible::find(conn, scope, &id)?;
            Reply::ok(&queries::list(
                conn,
                scope,
                &keyring,
                &Of::Motion(&id),
                &query,
            )?)
        })
        .await
}

/// Draft a poll on a motion
///
/// Members do not see it before it is opened.
#[utoipa::path(
    tag = "Polls",
    params(("id" = MotionId, Path, description = "The motion.")),
    request_body = CreatePoll,
    responses((status = 201, description = "The draft.", body = Poll)),
    extensions(
        ("x-permission" = json!("polls:write")),
        ("x-problems" = json!(["not_allowed_in_state", "validation_failed"])),
    ),
)]
#[post("/v1/motions/{id}/polls")]
pub async fn create_poll(
    access: Access<may::PollsWrite>,
    Path(id): Path<MotionId>,
    Json(input): Json<CreatePoll>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_poll(tx, scope, &id, &input)?;
            let location = format!("/v1/polls/{}", row.id);
            let shown = represent(&row, scope)?;
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// List the polls of a session
#[utoipa::path(
    tag = "Polls",
    params(("id" = AssemblySessionId, Path, description = "The session."), PollQuery),
    responses((status = 200, description = "A page of polls.", body = Page<Poll>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/polls")]
pub async fn list_polls_of_session(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<PollQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            sessions::visible::find(conn, scope, &id)?;
            Reply::ok(&queries::list(
                conn,
                scope,
                &keyring,
                &Of::Session(&id),
                &query,
            )?)
        })
        .await
}

/// Get a poll
///
/// With its result once it is closed. Nothing is told of how it goes before.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll.")),
    responses((status = 200, description = "The poll.", body = Poll)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/polls/{id}")]
pub async fn get_poll(
    access: Access<may::AssembliesRead>,
    Path(id): Path<PollId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| reply(scope, &find(conn, scope, &id)?))
        .await
}

/// Change a poll
///
/// While it is a draft.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), IfMatch),
    request_body = UpdatePoll,
    responses((status = 200, description = "The poll.", body = Poll)),
    extensions(
        ("x-permission" = json!("polls:write")),
        ("x-problems" = json!(["not_allowed_in_state", "validation_failed"])),
    ),
)]
#[patch("/v1/polls/{id}")]
pub async fn update_poll(
    access: Access<may::PollsWrite>,
    Path(id): Path<PollId>,
    if_match: IfMatch,
    Json(change): Json<UpdatePoll>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            reply(
                scope,
                &commands::update_poll(tx, scope, &id, if_match, &change)?,
            )
        })
        .await
}

/// Open a poll
///
/// In session, with a quorum, on a motion that can be put. Who votes is fixed: every jurisdiction that
/// is seated, and of them those that are present. Without a quorum it is refused, and the check of the
/// quorum is kept.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), IfMatch),
    responses((status = 200, description = "The poll.", body = Poll)),
    extensions(
        ("x-permission" = json!("polls:write")),
        ("x-problems" = json!(["amendment_conflict", "not_allowed_in_state", "quorum_not_met"])),
    ),
)]
#[post("/v1/polls/{id}/open")]
pub async fn open_poll(
    access: Access<may::PollsWrite>,
    Path(id): Path<PollId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(
            move |tx, scope| match running::open_poll(tx, scope, &id, if_match)? {
                Opening::Opened(row) => reply(scope, &row),
                Opening::Refused(problem) => {
                    Ok(Reply::refusal(&problem, &tx.context().request.request_id))
                }
            },
        )
        .await
}

/// Close a poll
///
/// The ballots are counted, and the motion is carried or not. Without a quorum the poll is void: its
/// outcome is `undecided`, and the motion stands where it stood before.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), IfMatch),
    responses((status = 200, description = "The poll with its result.", body = Poll)),
    extensions(
        ("x-permission" = json!("polls:write")),
        ("x-problems" = json!(["amendment_conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/polls/{id}/close")]
pub async fn close_poll(
    access: Access<may::PollsWrite>,
    Path(id): Path<PollId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    let (keyring, db) = (access.kernel().keyring.clone(), access.kernel().db.clone());
    let closed = access
        .write(move |tx, scope| {
            reply(
                scope,
                &running::close_poll(tx, scope, &keyring, &id, if_match)?,
            )
        })
        .await?;
    forgetting::after(&db, &closed).await;
    Ok(closed)
}

/// Cancel a poll
///
/// Nothing is counted, and the motion stands where it stood before. The ballots of a secret poll are
/// destroyed.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The poll.", body = Poll)),
    extensions(
        ("x-permission" = json!("polls:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/polls/{id}/cancel")]
pub async fn cancel_poll(
    access: Access<may::PollsWrite>,
    Path(id): Path<PollId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    let db = access.kernel().db.clone();
    let cancelled = access
        .write(move |tx, scope| {
            reply(
                scope,
                &running::cancel_poll(tx, scope, &id, if_match, &input.reason)?,
            )
        })
        .await?;
    forgetting::after(&db, &cancelled).await;
    Ok(cancelled)
}

/// Get the result of a poll
///
/// With its arithmetic, once the poll is closed.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll.")),
    responses((status = 200, description = "The result.", body = PollResult)),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[get("/v1/polls/{id}/result")]
pub async fn get_poll_result(
    access: Access<may::AssembliesRead>,
    Path(id): Path<PollId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let Some(result) = result(&row)? else {
                return Err(Problem::new(
                    Code::NotAllowedInState,
                    format!(
                        "A poll has a result once it is closed; it is `{}`.",
                        row.status
                    ),
                )
                .with("state", row.status.as_str()));
            };
            Ok(Reply::ok(&result)?.representation(row.version))
        })
        .await
}
