//! The operations on placements.

use actix_web::{get, patch, post};

use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::PlacementId;
use crate::programs::placements::model::Placement as Row;
use crate::programs::placements::represent::represent_one;
use crate::programs::placements::visible::find;
use crate::programs::placements::wire::{
    CreatePlacement, Placement, PlacementQuery, PlacementView, TermHistory, UpdatePlacement,
};
use crate::programs::placements::{commands, queries};

/// The answer of a change: the placement as it is now.
pub(super) fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent_one(tx.conn, scope, row, None, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(shown.version))
}

/// The answer that a placement was made.
pub(super) fn created(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent_one(tx.conn, scope, row, None, tx.now)?;
    let location = format!("/v1/placements/{}", row.id);
    Ok(Reply::created(&shown, location)?.representation(shown.version))
}

/// List placements
///
/// A host sees its own, an officer their own, the office all. The latest to begin first, when no
/// order is given.
#[utoipa::path(
    tag = "Placements",
    params(PlacementQuery),
    responses((status = 200, description = "A page of placements.", body = Page<Placement>)),
    extensions(("x-permission" = json!("placements:read"))),
)]
#[get("/v1/placements")]
pub async fn list_placements(
    access: Access<may::PlacementsRead>,
    Query(query): Query<PlacementQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query, now)?))
        .await
}

/// Propose a placement
///
/// From midnight of the first day to midnight of `ends_on`, both at the host. An officer, and a
/// host's slot, is held once at a time: 409 names every placement in the way. Those that touch end
/// to start do not conflict.
#[utoipa::path(
    tag = "Placements",
    request_body = CreatePlacement,
    responses((status = 201, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["placement_conflict"])),
    ),
)]
#[post("/v1/placements")]
pub async fn create_placement(
    access: Access<may::PlacementsWrite>,
    Json(input): Json<CreatePlacement>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_placement(tx, scope, &input)?;
            created(tx, scope, &row)
        })
        .await
}

/// Get a placement
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), PlacementView),
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(("x-permission" = json!("placements:read"))),
)]
#[get("/v1/placements/{id}")]
pub async fn get_placement(
    access: Access<may::PlacementsRead>,
    Path(id): Path<PlacementId>,
    Query(view): Query<PlacementView>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent_one(conn, scope, &row, view.expand, now)?;
            Ok(Reply::ok(&shown)?.representation(shown.version))
        })
        .await
}

/// Change a placement
///
/// The supervisor, the workplan and the notes until it is closed; the officer, the slot and the days
/// while it is proposed. Afterwards a term changes by `extend`, `curtail` and `replace`.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement."), IfMatch),
    request_body = UpdatePlacement,
    responses((status = 200, description = "The placement.", body = Placement)),
    extensions(
        ("x-permission" = json!("placements:write")),
        ("x-problems" = json!(["not_allowed_in_state", "placement_conflict"])),
    ),
)]
#[patch("/v1/placements/{id}")]
pub async fn update_placement(
    access: Access<may::PlacementsWrite>,
    Path(id): Path<PlacementId>,
    if_match: IfMatch,
    Json(change): Json<UpdatePlacement>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_placement(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Read the history of a placement's term
///
/// How the term came to be what it is: proposed, extended, curtailed, replaced, completed,
/// cancelled.
#[utoipa::path(
    tag = "Placements",
    params(("id" = PlacementId, Path, description = "The placement.")),
    responses((status = 200, description = "What changed, the oldest first.", body = TermHistory)),
    extensions(("x-permission" = json!("placements:read"))),
)]
#[get("/v1/placements/{id}/history")]
pub async fn get_placement_history(
    access: Access<may::PlacementsRead>,
    Path(id): Path<PlacementId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            Reply::ok(&queries::history(conn, scope, &row, now)?)
        })
        .await
}
