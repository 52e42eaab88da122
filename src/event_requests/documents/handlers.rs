//! The operations on documents.

use actix_web::web::Data;
use actix_web::{get, post};

use crate::event_requests::documents::wire::{Document, DocumentUpload};
use crate::event_requests::documents::{SHELF, commands, queries};
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::find as find_request;
use crate::kernel::access::{Access, may};
use crate::kernel::blobs::{Download, Upload, checked_filename};
use crate::kernel::http::{Page, Path, Problem, Query, Reply};
use crate::kernel::id::{DocumentId, EventRequestId};

/// List the documents of an event request
///
/// A city sees those that are shared with it.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request.")),
    responses((status = 200, description = "Every document, the oldest first.", body = Page<Document>)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/documents")]
pub async fn list_documents(
    access: Access<may::RequestsRead>,
    Path(id): Path<EventRequestId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            Reply::ok(&Page::whole(queries::list(conn, scope, &request)?))
        })
        .await
}

/// Add a document to an event request
///
/// The body is the file as it is: PDF, PNG, JPEG, Word, Excel or PowerPoint (OOXML), or plain text.
/// What it is, is told by its content. The last document that the office waits for takes the
/// request back to the office.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), DocumentUpload),
    request_body(content = String, content_type = "application/octet-stream", description = "The file.", example = json!("City of Phoenix: you are invited.\n")),
    responses((status = 201, description = "The document.", body = Document)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state", "too_many_documents"])),
    ),
)]
#[post("/v1/event-requests/{id}/documents")]
pub async fn add_document(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    Query(upload): Query<DocumentUpload>,
    file: Upload,
) -> Result<Reply, Problem> {
    let filename = checked_filename(&upload.filename)?;
    // Nobody sends a large file to a request that is not theirs.
    let wanted = id.clone();
    access
        .look(move |conn, scope| find_request(conn, scope, &wanted).map(drop))
        .await?;
    let blobs = access.kernel().blobs.clone();
    let stored = file.store(&blobs, SHELF).await?;
    let key = stored.key.clone();
    let outcome = access
        .write(move |tx, scope| {
            let (request, row) =
                commands::add_document(tx, scope, &settings, &id, &upload, &filename, &stored)?;
            let location = format!("/v1/event-requests/{id}/documents/{}", row.id);
            let shown = queries::represent_one(tx.conn, scope, &request, row)?;
            Reply::created(&shown, location)
        })
        .await;
    blobs.settle(&key, &outcome).await;
    outcome
}

/// Get a document
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("document_id" = DocumentId, Path, description = "The document."),
    ),
    responses((status = 200, description = "The document.", body = Document)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/documents/{document_id}")]
pub async fn get_document(
    access: Access<may::RequestsRead>,
    Path((id, document_id)): Path<(EventRequestId, DocumentId)>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            let row = queries::find(conn, scope, &id, &document_id)?;
            Reply::ok(&queries::represent_one(conn, scope, &request, row)?)
        })
        .await
}

/// Download a document
///
/// As a file to be saved, never to be shown in place.
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("document_id" = DocumentId, Path, description = "The document."),
    ),
    responses((status = 200, description = "The file. Its type is that of the document.", body = String, content_type = "*/*", example = json!("City of Phoenix: you are invited.\n"))),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/documents/{document_id}/content")]
pub async fn download_document(
    access: Access<may::RequestsRead>,
    Path((id, document_id)): Path<(EventRequestId, DocumentId)>,
) -> Result<Download, Problem> {
    let blobs = access.kernel().blobs.clone();
    let row = access
        .read(move |conn, scope| {
            find_request(conn, scope, &id)?;
            queries::find(conn, scope, &id, &document_id)
        })
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
