//! The operations on motions that read and write them.

use actix_web::{delete, get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::motions::model::Motion as Row;
use crate::assemblies::motions::represent::represent;
use crate::assemblies::motions::visible::find;
use crate::assemblies::motions::wire::{CreateMotion, Motion, MotionQuery, UpdateMotion};
use crate::assemblies::motions::{drafting, queries};
use crate::assemblies::sessions;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{AssemblySessionId, MotionId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_motions)
        .service(list_motions_of_session)
        .service(create_motion)
        .service(get_motion)
        .service(update_motion)
        .service(delete_motion);
}

/// The answer of an action: the motion as it is now.
///
/// # Errors
///
/// When the database fails.
pub fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, row, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// The answer to what made a motion.
///
/// # Errors
///
/// When the database fails.
pub fn created(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent(tx.conn, scope, row, tx.now)?;
    let location = format!("/v1/motions/{}", row.id);
    Ok(Reply::created(&shown, location)?.representation(row.version))
}

/// List motions
///
/// Of all assemblies that the caller follows; the first that was brought first, when no order is
/// given. Drafts are shown to the jurisdiction that writes them, and to the clerk. Texts are left out.
#[utoipa::path(
    tag = "Motions",
    params(MotionQuery),
    responses((status = 200, description = "A page of motions.", body = Page<Motion>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions")]
pub async fn list_motions(
    access: Access<may::AssembliesRead>,
    Query(query): Query<MotionQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            Reply::ok(&queries::list(conn, scope, &keyring, None, &query, now)?)
        })
        .await
}

/// List the motions of a session
///
/// Those that were brought in it, and those with which something was done in it.
#[utoipa::path(
    tag = "Motions",
    params(("id" = AssemblySessionId, Path, description = "The session."), MotionQuery),
    responses((status = 200, description = "A page of motions.", body = Page<Motion>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/motions")]
pub async fn list_motions_of_session(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<MotionQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            sessions::visible::find(conn, scope, &id)?;
            let page = queries::list(conn, scope, &keyring, Some(&id), &query, now)?;
            Reply::ok(&page)
        })
        .await
}

/// Draft a motion
///
/// Or an amendment, with `amends_id` and the whole text as it would be. By the holder of a seat, the
/// alternate or the proxy, in a session that was called and is not over; by the clerk on behalf of a
/// seat. Others do not see it before it is moved.
#[utoipa::path(
    tag = "Motions",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    request_body = CreateMotion,
    responses((status = 201, description = "The draft.", body = Motion)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/motions")]
pub async fn create_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<AssemblySessionId>,
    Json(input): Json<CreateMotion>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = drafting::create_motion(tx, scope, &id, &input)?;
            created(tx, scope, &row)
        })
        .await
}

/// Get a motion
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion.")),
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions/{id}")]
pub async fn get_motion(
    access: Access<may::AssembliesRead>,
    Path(id): Path<MotionId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent(conn, scope, &row, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a motion
///
/// A draft in everything. An amendment that was moved and is not decided, nor in the vote, is written
/// anew: `text`, with the present version of the amended motion's text as `base_text_version`; that
/// is kept as a version of its own.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    request_body = UpdateMotion,
    responses((status = 200, description = "The motion.", body = Motion)),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
    ),
)]
#[patch("/v1/motions/{id}")]
pub async fn update_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
    Json(change): Json<UpdateMotion>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = drafting::update_motion(tx, scope, &id, if_match, change.clone())?;
            reply(tx, scope, &row)
        })
        .await
}

/// Delete a draft of a motion
///
/// Once it was moved it is a record, and can be withdrawn.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), IfMatch),
    responses((status = 204, description = "It is gone.")),
    extensions(
        ("x-permission" = json!("motions:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
    ),
)]
#[delete("/v1/motions/{id}")]
pub async fn delete_motion(
    access: Access<may::MotionsWrite>,
    Path(id): Path<MotionId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            drafting::delete_motion(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}
