//! The operations on assemblies.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::lifecycle::AssemblyAction;
use crate::assemblies::model::Assembly as Row;
use crate::assemblies::visible::find;
use crate::assemblies::wire::{
    Assembly, AssemblyQuery, CompositionReport, CreateAssembly, UpdateAssembly,
};
use crate::assemblies::{commands, queries, visible};
use crate::kernel::access::{Access, Policy, Scope, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::AssemblyId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_assemblies)
        .service(create_assembly)
        .service(get_assembly)
        .service(update_assembly)
        .service(open_nominations)
        .service(seat_assembly)
        .service(conclude_assembly)
        .service(get_composition);
}

fn reply(scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    Ok(Reply::ok(&queries::shown(row, scope))?.representation(row.version))
}

/// List assemblies
///
/// The newest first, when no order is given. A jurisdiction sees those that ask for nominations, and
/// those in which it has a seat.
#[utoipa::path(
    tag = "Assemblies",
    params(AssemblyQuery),
    responses((status = 200, description = "A page of assemblies.", body = Page<Assembly>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies")]
pub async fn list_assemblies(
    access: Access<may::AssembliesRead>,
    Query(query): Query<AssemblyQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}

/// Draft an assembly
///
/// Jurisdictions do not see it before it is opened to nominations or seated.
#[utoipa::path(
    tag = "Assemblies",
    request_body = CreateAssembly,
    responses((status = 201, description = "The draft.", body = Assembly)),
    extensions(("x-permission" = json!("assemblies:write"))),
)]
#[post("/v1/assemblies")]
pub async fn create_assembly(
    access: Access<may::AssembliesWrite>,
    Json(input): Json<CreateAssembly>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_assembly(tx, scope, &input)?;
            let location = format!("/v1/assemblies/{}", row.id);
            Ok(Reply::created(&queries::shown(&row, scope), location)?.representation(row.version))
        })
        .await
}

/// Get an assembly
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly.")),
    responses((status = 200, description = "The assembly.", body = Assembly)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies/{id}")]
pub async fn get_assembly(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblyId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| reply(scope, &find(conn, scope, &id)?))
        .await
}

/// Change an assembly
///
/// Until it is concluded. The zone is changed while it is a draft, the first day and the regions
/// until the cohort is seated. The rules that decide votes stand while a session is in progress.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), IfMatch),
    request_body = UpdateAssembly,
    responses((status = 200, description = "The assembly.", body = Assembly)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "composition_exceeded", "conflict"])),
    ),
)]
#[patch("/v1/assemblies/{id}")]
pub async fn update_assembly(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblyId>,
    if_match: IfMatch,
    Json(change): Json<UpdateAssembly>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_assembly(tx, scope, &id, if_match, &change)?;
            reply(scope, &row)
        })
        .await
}

async fn advance<P: Policy>(
    access: Access<P>,
    id: AssemblyId,
    if_match: IfMatch,
    action: AssemblyAction,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::advance_assembly(tx, scope, &id, if_match, action)?;
            reply(scope, &row)
        })
        .await
}

/// Open an assembly to nominations
///
/// Jurisdictions see it and may nominate themselves.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), IfMatch),
    responses((status = 200, description = "The assembly.", body = Assembly)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assemblies/{id}/open-nominations")]
pub async fn open_nominations(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblyId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, AssemblyAction::OpenNominations).await
}

/// Seat the cohort of an assembly
///
/// From then on sessions can be called. The least numbers of the composition are asked for now: of
/// seats that somebody holds.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), IfMatch),
    responses((status = 200, description = "The assembly.", body = Assembly)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "composition_not_met"])),
    ),
)]
#[post("/v1/assemblies/{id}/seat")]
pub async fn seat_assembly(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblyId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, AssemblyAction::Seat).await
}

/// Conclude an assembly
///
/// Its records stay. Not while a session is ahead or in progress.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), IfMatch),
    responses((status = 200, description = "The assembly.", body = Assembly)),
    extensions(
        ("x-permission" = json!("assemblies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/assemblies/{id}/conclude")]
pub async fn conclude_assembly(
    access: Access<may::AssembliesWrite>,
    Path(id): Path<AssemblyId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, id, if_match, AssemblyAction::Conclude).await
}

/// Get how the seats of an assembly stand to its rules
///
/// Every rule of composition with the seats that it counts, the seats that nobody holds, and those
/// whose term ends within 90 days.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly.")),
    responses((status = 200, description = "The composition.", body = CompositionReport)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies/{id}/composition")]
pub async fn get_composition(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblyId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = visible::find_followed(conn, scope, &id)?;
            Reply::ok(&queries::composition(conn, &row, now)?)
        })
        .await
}
