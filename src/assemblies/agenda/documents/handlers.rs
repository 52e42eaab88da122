//! The operations on documents of agenda items.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::agenda::documents::wire::{AgendaDocument, AgendaDocumentUpload};
use crate::assemblies::agenda::documents::{SHELF, commands, queries};
use crate::assemblies::agenda::queries::find as find_item;
use crate::kernel::access::{Access, may};
use crate::kernel::blobs::{Download, Upload, checked_filename};
use crate::kernel::http::{Page, Path, Problem, Query, Reply};
use crate::kernel::id::{AgendaDocumentId, AgendaItemId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_agenda_documents)
        .service(add_agenda_document)
        .service(get_agenda_document)
        .service(download_agenda_document);
}

/// List the documents of an agenda item
///
/// Those whose marking the caller may see.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaItemId, Path, description = "The item.")),
    responses((status = 200, description = "Every document, the oldest first.", body = Page<AgendaDocument>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/agenda-items/{id}/documents")]
pub async fn list_agenda_documents(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AgendaItemId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            find_item(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::list(conn, scope, &id)?))
        })
        .await
}

/// Add a document to an agenda item
///
/// The body is the file as it is: PDF, PNG, JPEG, Word, Excel or PowerPoint (OOXML), or plain text.
/// What it is, is told by its content. An item holds 50 documents at most.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaItemId, Path, description = "The item."), AgendaDocumentUpload),
    request_body(content = String, content_type = "application/octet-stream", description = "The file.", example = json!("Ports and supply chains: a report.\n")),
    responses((status = 201, description = "The document.", body = AgendaDocument)),
    extensions(
        ("x-permission" = json!("assembly-sessions:clerk")),
        ("x-problems" = json!(["not_allowed_in_state", "too_many_documents"])),
    ),
)]
#[post("/v1/agenda-items/{id}/documents")]
pub async fn add_agenda_document(
    access: Access<may::SessionsClerk>,
    Path(id): Path<AgendaItemId>,
    Query(upload): Query<AgendaDocumentUpload>,
    file: Upload,
) -> Result<Reply, Problem> {
    let filename = checked_filename(&upload.filename)?;
    // Nobody sends a large file to an item that takes none.
    let (wanted, asked) = (id.clone(), upload.clone());
    access
        .look(move |conn, scope| {
            let (session, item) = find_item(conn, scope, &wanted)?;
            commands::check_upload(conn, scope, &session, &item, &asked)
        })
        .await?;
    let blobs = access.kernel().blobs.clone();
    let stored = file.store(&blobs, SHELF).await?;
    let key = stored.key.clone();
    let outcome = access
        .write(move |tx, scope| {
            let row = commands::add_document(tx, scope, &id, &upload, &filename, &stored)?;
            let location = format!("/v1/agenda-documents/{}", row.id);
            Reply::created(&queries::represent_one(tx.conn, scope, row)?, location)
        })
        .await;
    blobs.settle(&key, &outcome).await;
    outcome
}

/// Get a document of an agenda item
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaDocumentId, Path, description = "The document.")),
    responses((status = 200, description = "The document.", body = AgendaDocument)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/agenda-documents/{id}")]
pub async fn get_agenda_document(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AgendaDocumentId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            Reply::ok(&queries::represent_one(conn, scope, row)?)
        })
        .await
}

/// Download a document of an agenda item
///
/// As a file to be saved, never to be shown in place.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AgendaDocumentId, Path, description = "The document.")),
    responses((status = 200, description = "The file. Its type is that of the document.", body = String, content_type = "*/*", example = json!("Ports and supply chains: a report.\n"))),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/agenda-documents/{id}/content")]
pub async fn download_agenda_document(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AgendaDocumentId>,
) -> Result<Download, Problem> {
    let blobs = access.kernel().blobs.clone();
    let row = access
        .read(move |conn, scope| queries::find(conn, scope, &id))
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
