//! The operations on officers.

use actix_web::web::Data;
use actix_web::{get, patch, post};

use crate::identity::Identity;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::OfficerId;
use crate::programs::officers::queries::represent_one;
use crate::programs::officers::visible::find;
use crate::programs::officers::wire::{CreateOfficer, Officer, OfficerQuery, UpdateOfficer};
use crate::programs::officers::{commands, queries};

/// List officers
///
/// The office sees all; an officer their own record.
#[utoipa::path(
    tag = "Officers",
    params(OfficerQuery),
    responses((status = 200, description = "A page of officers.", body = Page<Officer>)),
    extensions(("x-permission" = json!("officers:read"))),
)]
#[get("/v1/officers")]
pub async fn list_officers(
    access: Access<may::OfficersRead>,
    Query(query): Query<OfficerQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}

/// Add an officer
#[utoipa::path(
    tag = "Officers",
    request_body = CreateOfficer,
    responses((status = 201, description = "The officer.", body = Officer)),
    extensions(("x-permission" = json!("officers:write"))),
)]
#[post("/v1/officers")]
pub async fn create_officer(
    access: Access<may::OfficersWrite>,
    Json(input): Json<CreateOfficer>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_officer(tx, scope, &input)?;
            let shown = represent_one(tx.conn, scope, &row)?;
            let location = format!("/v1/officers/{}", row.id);
            Ok(Reply::created(&shown, location)?.version(row.version))
        })
        .await
}

/// Get an officer
#[utoipa::path(
    tag = "Officers",
    params(("id" = OfficerId, Path, description = "The officer.")),
    responses((status = 200, description = "The officer.", body = Officer)),
    extensions(("x-permission" = json!("officers:read"))),
)]
#[get("/v1/officers/{id}")]
pub async fn get_officer(
    access: Access<may::OfficersRead>,
    Path(id): Path<OfficerId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent_one(conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.version(row.version))
        })
        .await
}

/// Change an officer
///
/// With another account, places at hosts go to that account.
#[utoipa::path(
    tag = "Officers",
    params(("id" = OfficerId, Path, description = "The officer."), IfMatch),
    request_body = UpdateOfficer,
    responses((status = 200, description = "The officer.", body = Officer)),
    extensions(("x-permission" = json!("officers:write"))),
)]
#[patch("/v1/officers/{id}")]
pub async fn update_officer(
    access: Access<may::OfficersWrite>,
    identity: Data<Identity>,
    Path(id): Path<OfficerId>,
    if_match: IfMatch,
    Json(change): Json<UpdateOfficer>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            let row = commands::update_officer(tx, scope, &id, if_match, &change)?;
            let shown = represent_one(tx.conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.version(row.version))
        })
        .await;
    identity.principals.clear();
    reply
}
