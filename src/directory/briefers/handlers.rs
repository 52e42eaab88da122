//! The operations on briefers.

use actix_web::{get, patch, post};

use crate::directory::briefers::wire::{Briefer, BrieferQuery, CreateBriefer, UpdateBriefer};
use crate::directory::briefers::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::BrieferId;

/// List briefers
#[utoipa::path(
    tag = "Directory",
    params(BrieferQuery),
    responses((status = 200, description = "A page of briefers.", body = Page<Briefer>)),
    extensions(("x-permission" = json!("briefers:read"))),
)]
#[get("/v1/briefers")]
pub async fn list_briefers(
    access: Access<may::BriefersRead>,
    Query(query): Query<BrieferQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, &keyring, &query)?;
            Reply::ok(&page.map(|row| Briefer::of(row, scope)))
        })
        .await
}

/// Add a briefer
#[utoipa::path(
    tag = "Directory",
    request_body = CreateBriefer,
    responses((status = 201, description = "The briefer.", body = Briefer)),
    extensions(("x-permission" = json!("briefers:write"))),
)]
#[post("/v1/briefers")]
pub async fn create_briefer(
    access: Access<may::BriefersWrite>,
    Json(input): Json<CreateBriefer>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_briefer(tx, input.clone())?;
            let (location, version) = (format!("/v1/briefers/{}", row.id), row.version);
            Ok(Reply::created(&Briefer::of(row, scope), location)?.version(version))
        })
        .await
}

/// Get a briefer
#[utoipa::path(
    tag = "Directory",
    params(("id" = BrieferId, Path, description = "The briefer.")),
    responses((status = 200, description = "The briefer.", body = Briefer)),
    extensions(("x-permission" = json!("briefers:read"))),
)]
#[get("/v1/briefers/{id}")]
pub async fn get_briefer(
    access: Access<may::BriefersRead>,
    Path(id): Path<BrieferId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::get(conn, &id)?;
            let version = row.version;
            Ok(Reply::ok(&Briefer::of(row, scope))?.version(version))
        })
        .await
}

/// Change a briefer
#[utoipa::path(
    tag = "Directory",
    params(("id" = BrieferId, Path, description = "The briefer."), IfMatch),
    request_body = UpdateBriefer,
    responses((status = 200, description = "The briefer.", body = Briefer)),
    extensions(("x-permission" = json!("briefers:write"))),
)]
#[patch("/v1/briefers/{id}")]
pub async fn update_briefer(
    access: Access<may::BriefersWrite>,
    Path(id): Path<BrieferId>,
    if_match: IfMatch,
    Json(change): Json<UpdateBriefer>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_briefer(tx, &id, if_match, change.clone())?;
            let version = row.version;
            Ok(Reply::ok(&Briefer::of(row, scope))?.version(version))
        })
        .await
}
