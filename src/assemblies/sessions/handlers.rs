//! The operations on sessions.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::sessions::model::Session as Row;
use crate::assemblies::sessions::queries::represent;
use crate::assemblies::sessions::visible::find;
use crate::assemblies::sessions::wire::{
    AssemblySession, AssemblySessionQuery, CloneAssemblySession, CreateAssemblySession,
    UpdateAssemblySession,
};
use crate::assemblies::sessions::{cloning, commands, queries};
use crate::assemblies::visible as assembly_visible;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{AssemblyId, AssemblySessionId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_assembly_sessions)
        .service(list_sessions_of_assembly)
        .service(create_assembly_session)
        .service(get_assembly_session)
        .service(update_assembly_session)
        .service(clone_assembly_session);
}

/// The answer of an action: the session as it is now.
///
/// # Errors
///
/// When the database fails.
pub fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, row)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// The answer to the making of a session.
///
/// # Errors
///
/// When the database fails.
pub fn created(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, row)?;
    let location = format!("/v1/assembly-sessions/{}", row.id);
    Ok(Reply::created(&shown, location)?.representation(row.version))
}

/// List sessions
///
/// Of all assemblies; the last to begin first, when no order is given. Members see those of their
/// assemblies that were called; those who prepare sessions see drafts too.
#[utoipa::path(
    tag = "Assemblies",
    params(AssemblySessionQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<AssemblySession>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions")]
pub async fn list_assembly_sessions(
    access: Access<may::AssembliesRead>,
    Query(query): Query<AssemblySessionQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, None, &query)?))
        .await
}

/// List the sessions of an assembly
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), AssemblySessionQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<AssemblySession>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies/{id}/sessions")]
pub async fn list_sessions_of_assembly(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblyId>,
    Query(query): Query<AssemblySessionQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            assembly_visible::find(conn, scope, &id)?;
            let page = queries::list(conn, scope, &keyring, Some(&id), &query)?;
            Reply::ok(&page)
        })
        .await
}

/// Draft a session
///
/// While the assembly is seated. It gets the next number of the assembly. Members do not see it
/// before it is called.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly.")),
    request_body = CreateAssemblySession,
    responses((status = 201, description = "The draft.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assemblies/{id}/sessions")]
pub async fn create_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblyId>,
    Json(input): Json<CreateAssemblySession>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_session(tx, scope, &id, &input)?;
            created(tx, scope, &row)
        })
        .await
}

/// Get a session
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}")]
pub async fn get_assembly_session(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent(conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a session
///
/// A draft in everything. Once it is called, a new beginning is told to members and keeps the notice
/// period, counted from now. Once it is open, only the room, the address on screens and who presides.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = UpdateAssemblySession,
    responses((status = 200, description = "The session.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "notice_too_short", "legal_review_pending", "faca_notice_too_short"])),
    ),
)]
#[patch("/v1/assembly-sessions/{id}")]
pub async fn update_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(change): Json<UpdateAssemblySession>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_session(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Clone a session
///
/// A new draft of the same assembly with the format, the room, who presides and the agenda with the
/// time allotted, without what was struck. Never its participants, documents, presence, motions,
/// polls or minutes.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    request_body = CloneAssemblySession,
    responses((status = 201, description = "The draft.", body = AssemblySession)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/clone")]
pub async fn clone_assembly_session(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AssemblySessionId>,
    Json(input): Json<CloneAssemblySession>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = cloning::clone_session(tx, scope, &id, &input)?;
            created(tx, scope, &row)
        })
        .await
}
