//! The operations on what was kept of motions.

use actix_web::get;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::motions::record_wire::{
    MotionDiff, MotionDiffQuery, MotionHistoryStep, MotionRecordQuery, MotionTextVersion,
};
use crate::assemblies::motions::records;
use crate::assemblies::motions::visible::find;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Page, Path, Problem, Query, Reply};
use crate::kernel::id::MotionId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_motion_texts)
        .service(list_motion_history)
        .service(get_motion_diff);
}

/// List the versions of a motion's text
///
/// From the text that was moved on. None of a draft: its text is in the motion.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), MotionRecordQuery),
    responses((status = 200, description = "A page of versions.", body = Page<MotionTextVersion>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions/{id}/texts")]
pub async fn list_motion_texts(
    access: Access<may::AssembliesRead>,
    Path(id): Path<MotionId>,
    Query(query): Query<MotionRecordQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let motion = find(conn, scope, &id)?;
            Reply::ok(&records::texts(conn, &keyring, &motion, &query)?)
        })
        .await
}

/// List the steps of a motion
///
/// Who did what in which session, by which poll, and what the motion was at the time.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), MotionRecordQuery),
    responses((status = 200, description = "A page of steps.", body = Page<MotionHistoryStep>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions/{id}/history")]
pub async fn list_motion_history(
    access: Access<may::AssembliesRead>,
    Path(id): Path<MotionId>,
    Query(query): Query<MotionRecordQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let motion = find(conn, scope, &id)?;
            Reply::ok(&records::history(conn, &keyring, &motion, &query)?)
        })
        .await
}

/// Compare texts of a motion
///
/// Of an amendment, without `from` and `to`: what it would change of the text that it was written
/// against. Else two versions of the motion's own text.
#[utoipa::path(
    tag = "Motions",
    params(("id" = MotionId, Path, description = "The motion."), MotionDiffQuery),
    responses((status = 200, description = "The difference.", body = MotionDiff)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/motions/{id}/diff")]
pub async fn get_motion_diff(
    access: Access<may::AssembliesRead>,
    Path(id): Path<MotionId>,
    Query(query): Query<MotionDiffQuery>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let motion = find(conn, scope, &id)?;
            Reply::ok(&records::difference(conn, &motion, &query)?)
        })
        .await
}
