//! The operations on lists of speakers.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::agenda::queries::find as find_item;
use crate::assemblies::agenda::speakers::wire::{AgendaSpeaker, AskForFloor};
use crate::assemblies::agenda::speakers::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Reply};
use crate::kernel::id::{AgendaItemId, SpeakerId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_speakers)
        .service(ask_for_floor)
        .service(give_floor)
        .service(finish_speech)
        .service(withdraw_speaker);
}

/// List the speakers of an item
///
/// Who has the floor, who waits in their order (points of order first), who has spoken, and who
/// withdrew.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaItemId, Path, description = "The item.")),
    responses((status = 200, description = "Everyone, in order.", body = Page<AgendaSpeaker>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/agenda-items/{id}/speakers")]
pub async fn list_speakers(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AgendaItemId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let (session, _) = find_item(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::list(
                conn, scope, &session, &id, now,
            )?))
        })
        .await
}

/// Ask for the floor on an item
///
/// While the session is open, for a seat that one may act for and is present for. The clerk enters
/// others. A point of order goes before every speech.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaItemId, Path, description = "The item.")),
    request_body = AskForFloor,
    responses((status = 201, description = "The place in the list.", body = AgendaSpeaker)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_allowed_in_state", "not_entitled", "conflict"])),
    ),
)]
#[post("/v1/agenda-items/{id}/speakers")]
pub async fn ask_for_floor(
    access: Access<may::MotionsWrite>,
    Path(id): Path<AgendaItemId>,
    Json(input): Json<AskForFloor>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::ask(tx, scope, &id, &input)?;
            let shown = queries::represent(tx.conn, scope, &session, &row, tx.now)?;
            Reply::created(&shown, format!("/v1/agenda-items/{id}/speakers"))
        })
        .await
}

/// Give somebody the floor
///
/// One has it at a time. A speech waits for points of order. A point of order interrupts a speech,
/// whose time is kept and whose speaker waits again in their place; nothing interrupts a point of
/// order.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SpeakerId, Path, description = "The place in the list.")),
    responses((status = 200, description = "The place in the list.", body = AgendaSpeaker)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/speakers/{id}/start")]
pub async fn give_floor(
    access: Access<may::SessionsClerk>,
    Path(id): Path<SpeakerId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::start(tx, scope, &id)?;
            Reply::ok(&queries::represent(tx.conn, scope, &session, &row, tx.now)?)
        })
        .await
}

/// End a speech
///
/// The time it took is kept.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SpeakerId, Path, description = "The place in the list.")),
    responses((status = 200, description = "The place in the list.", body = AgendaSpeaker)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/speakers/{id}/finish")]
pub async fn finish_speech(
    access: Access<may::SessionsClerk>,
    Path(id): Path<SpeakerId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::finish(tx, scope, &id)?;
            Reply::ok(&queries::represent(tx.conn, scope, &session, &row, tx.now)?)
        })
        .await
}

/// Withdraw from the list of speakers
///
/// By whoever asked, whoever else may act for the seat, or the clerk.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SpeakerId, Path, description = "The place in the list.")),
    responses((status = 200, description = "The place in the list.", body = AgendaSpeaker)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_allowed_in_state", "not_entitled"])),
    ),
)]
#[post("/v1/speakers/{id}/withdraw")]
pub async fn withdraw_speaker(
    access: Access<may::MotionsWrite>,
    Path(id): Path<SpeakerId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::withdraw(tx, scope, &id)?;
            Reply::ok(&queries::represent(tx.conn, scope, &session, &row, tx.now)?)
        })
        .await
}
