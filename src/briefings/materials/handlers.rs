//! The operations on materials.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::briefings::materials::model::Material as Row;
use crate::briefings::materials::wire::{Material, MaterialUpload, UpdateMaterial};
use crate::briefings::materials::{SHELF, commands, queries};
use crate::briefings::queries::find as find_briefing;
use crate::briefings::wire::ReasonInput;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::blobs::{Download, Upload, checked_filename};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{BriefingId, MaterialId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_materials)
        .service(add_material)
        .service(get_material)
        .service(update_material)
        .service(download_material)
        .service(withdraw_material);
}

fn reply(tx: &mut Tx<'_>, scope: &Scope, row: Row) -> Result<Reply, Problem> {
    let version = row.version;
    let shown = queries::represent_one(tx.conn, scope, row)?;
    Ok(Reply::ok(&shown)?.representation(version))
}

/// List the materials of a briefing
///
/// Those that the caller may read: federal staff all within their marking, an organization those for
/// registered people when it has a registration, and those for attendees when somebody of it came.
#[utoipa::path(
    tag = "Materials",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    responses((status = 200, description = "Every material, the oldest first.", body = Page<Material>)),
    extensions(("x-permission" = json!("materials:read"))),
)]
#[get("/v1/briefings/{id}/materials")]
pub async fn list_materials(
    access: Access<may::MaterialsRead>,
    Path(id): Path<BriefingId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| Reply::ok(&Page::whole(queries::list(conn, scope, &id, now)?)))
        .await
}

/// Add a material to a briefing
///
/// The body is the file as it is: PDF, PNG, JPEG, Word, Excel or PowerPoint (OOXML), or plain text.
/// What it is, is told by its content. A briefing has 100 materials at most.
#[utoipa::path(
    tag = "Materials",
    params(("id" = BriefingId, Path, description = "The briefing."), MaterialUpload),
    request_body(content = String, content_type = "application/octet-stream", description = "The file.", example = json!("Supply chains: what is changing.\n")),
    responses((status = 201, description = "The material.", body = Material)),
    extensions(
        ("x-permission" = json!("materials:write")),
        ("x-problems" = json!(["not_allowed_in_state", "too_many_documents"])),
    ),
)]
#[post("/v1/briefings/{id}/materials")]
pub async fn add_material(
    access: Access<may::MaterialsWrite>,
    Path(id): Path<BriefingId>,
    Query(upload): Query<MaterialUpload>,
    file: Upload,
) -> Result<Reply, Problem> {
    let filename = checked_filename(&upload.filename)?;
    // Nobody sends a large file to a briefing that takes none.
    let (wanted, asked) = (id.clone(), upload.clone());
    access
        .look(move |conn, scope| {
            let briefing = find_briefing(conn, scope, &wanted)?;
            commands::check_upload(conn, scope, &briefing, &asked)
        })
        .await?;
    let blobs = access.kernel().blobs.clone();
    let stored = file.store(&blobs, SHELF).await?;
    let key = stored.key.clone();
    let outcome = access
        .write(move |tx, scope| {
            let row = commands::add_material(tx, scope, &id, &upload, &filename, &stored)?;
            let (location, version) = (
                format!("/v1/briefings/{id}/materials/{}", row.id),
                row.version,
            );
            let shown = queries::represent_one(tx.conn, scope, row)?;
            Ok(Reply::created(&shown, location)?.representation(version))
        })
        .await;
    blobs.settle(&key, &outcome).await;
    outcome
}

/// Get a material
#[utoipa::path(
    tag = "Materials",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("material_id" = MaterialId, Path, description = "The material."),
    ),
    responses((status = 200, description = "The material.", body = Material)),
    extensions(("x-permission" = json!("materials:read"))),
)]
#[get("/v1/briefings/{id}/materials/{material_id}")]
pub async fn get_material(
    access: Access<may::MaterialsRead>,
    Path((id, material_id)): Path<(BriefingId, MaterialId)>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id, &material_id, now)?;
            let version = row.version;
            let shown = queries::represent_one(conn, scope, row)?;
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Change what is said of a material
///
/// Its title, its audience, its marking, and from when on it is seen. Another content is another
/// material.
#[utoipa::path(
    tag = "Materials",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("material_id" = MaterialId, Path, description = "The material."),
        IfMatch,
    ),
    request_body = UpdateMaterial,
    responses((status = 200, description = "The material.", body = Material)),
    extensions(
        ("x-permission" = json!("materials:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/briefings/{id}/materials/{material_id}")]
pub async fn update_material(
    access: Access<may::MaterialsWrite>,
    Path((id, material_id)): Path<(BriefingId, MaterialId)>,
    if_match: IfMatch,
    Json(change): Json<UpdateMaterial>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let change = change.clone();
            let row = commands::update_material(tx, scope, &id, &material_id, if_match, change)?;
            reply(tx, scope, row)
        })
        .await
}

/// Download a material
///
/// As a file to be saved, never to be shown in place. The journal keeps who took it.
#[utoipa::path(
    tag = "Materials",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("material_id" = MaterialId, Path, description = "The material."),
    ),
    responses((status = 200, description = "The file. Its type is that of the material.", body = String, content_type = "*/*", example = json!("Supply chains: what is changing.\n"))),
    extensions(("x-permission" = json!("materials:read"))),
)]
#[get("/v1/briefings/{id}/materials/{material_id}/content")]
pub async fn download_material(
    access: Access<may::MaterialsRead>,
    Path((id, material_id)): Path<(BriefingId, MaterialId)>,
) -> Result<Download, Problem> {
    let blobs = access.kernel().blobs.clone();
    let row = access
        .note(move |tx, scope| commands::note_download(tx, scope, &id, &material_id))
        .await?;
    Download::open(
        &blobs,
        &row.storage_key,
        row.size,
        row.media_type,
        &row.filename,
    )
    .await
}

/// Withdraw a material
///
/// From then on only federal staff see it. It is kept: it is a record.
#[utoipa::path(
    tag = "Materials",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("material_id" = MaterialId, Path, description = "The material."),
        IfMatch,
    ),
    request_body = ReasonInput,
    responses((status = 200, description = "The material.", body = Material)),
    extensions(
        ("x-permission" = json!("materials:write")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/materials/{material_id}/withdraw")]
pub async fn withdraw_material(
    access: Access<may::MaterialsWrite>,
    Path((id, material_id)): Path<(BriefingId, MaterialId)>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<ReasonInput>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let reason = input.reason.as_deref();
            let row = commands::withdraw_material(tx, scope, &id, &material_id, if_match, reason)?;
            reply(tx, scope, row)
        })
        .await
}
