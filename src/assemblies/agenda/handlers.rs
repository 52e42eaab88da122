//! The operations on agendas.

use actix_web::{delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::agenda::model::AgendaItem as Row;
use crate::assemblies::agenda::queries::{self, represent};
use crate::assemblies::agenda::wire::{
    AgendaAmendment, AgendaItem, AgendaOrder, CreateAgendaItem, UpdateAgendaItem,
};
use crate::assemblies::agenda::{commands, order};
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::find as find_session;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Reply, StatedReason};
use crate::kernel::id::{AgendaItemId, AssemblySessionId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_agenda_items)
        .service(create_agenda_item)
        .service(reorder_agenda)
        .service(list_agenda_amendments)
        .service(get_agenda_item)
        .service(update_agenda_item)
        .service(delete_agenda_item)
        .service(strike_agenda_item);
}

fn reply(tx: &mut Tx<'_>, scope: &Scope, session: &Session, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, session, &row.id, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// List the agenda of a session
///
/// Every item, in the order of the tree. Members see it once it is published; until then the list is
/// empty for them. Items that were struck stay in it.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "Every item, in order.", body = Page<AgendaItem>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/agenda-items")]
pub async fn list_agenda_items(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let session = find_session(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::list(conn, scope, &session, now)?))
        })
        .await
}

/// Add an item to the agenda of a session
///
/// Once the agenda is published this needs a reason, and is an amendment that everyone sees. An
/// agenda has 500 items at most, five deep.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    request_body = CreateAgendaItem,
    responses((status = 201, description = "The item.", body = AgendaItem)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/agenda-items")]
pub async fn create_agenda_item(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    Json(input): Json<CreateAgendaItem>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::create_item(tx, scope, &id, &input)?;
            let shown = represent(tx.conn, scope, &session, &row.id, tx.now)?;
            let location = format!("/v1/agenda-items/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Reorder the agenda of a session
///
/// The whole tree at once: every item exactly once, struck ones too. `If-Match` names the version of
/// the session, which rises. Once the agenda is published this needs a reason, and is an amendment
/// that everyone sees.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = AgendaOrder,
    responses((status = 200, description = "Every item, in the new order.", body = Page<AgendaItem>)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[put("/v1/assembly-sessions/{id}/agenda-order")]
pub async fn reorder_agenda(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<AgendaOrder>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let session = order::reorder(tx, scope, &id, if_match, &input)?;
            let items = queries::list(tx.conn, scope, &session, tx.now)?;
            Ok(Reply::ok(&Page::whole(items))?.version(session.version))
        })
        .await
}

/// List what was changed of a published agenda
///
/// Everyone who sees the agenda sees what it was, what it became, who changed it, when and why.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "Every amendment, the first one first.", body = Page<AgendaAmendment>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/agenda-amendments")]
pub async fn list_agenda_amendments(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            find_session(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::amendments(conn, &id)?))
        })
        .await
}

/// Get an item of an agenda
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AgendaItemId, Path, description = "The item.")),
    responses((status = 200, description = "The item.", body = AgendaItem)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/agenda-items/{id}")]
pub async fn get_agenda_item(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AgendaItemId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let (session, row) = queries::find(conn, scope, &id)?;
            let shown = represent(conn, scope, &session, &id, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change an item of an agenda
///
/// Once the agenda is published this needs a reason, and is an amendment that everyone sees.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AgendaItemId, Path, description = "The item."), IfMatch),
    request_body = UpdateAgendaItem,
    responses((status = 200, description = "The item.", body = AgendaItem)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/agenda-items/{id}")]
pub async fn update_agenda_item(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AgendaItemId>,
    if_match: IfMatch,
    Json(change): Json<UpdateAgendaItem>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::update_item(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &session, &row)
        })
        .await
}

/// Delete an item of an agenda
///
/// With everything under it, while the agenda is not published; after that items are struck.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AgendaItemId, Path, description = "The item."), IfMatch),
    responses((status = 204, description = "It is deleted.")),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[delete("/v1/agenda-items/{id}")]
pub async fn delete_agenda_item(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AgendaItemId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::delete_item(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Strike an item from a published agenda
///
/// With everything under it. They stay visible, and each is an amendment that everyone sees.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AgendaItemId, Path, description = "The item."), IfMatch),
    request_body = StatedReason,
    responses((status = 200, description = "The item.", body = AgendaItem)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/agenda-items/{id}/strike")]
pub async fn strike_agenda_item(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AgendaItemId>,
    if_match: IfMatch,
    Json(input): Json<StatedReason>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (session, row) = commands::strike_item(tx, scope, &id, if_match, &input.reason)?;
            reply(tx, scope, &session, &row)
        })
        .await
}
