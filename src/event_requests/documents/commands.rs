//! Adding documents.

use diesel::prelude::*;
use serde_json::json;

use crate::event_requests::aggregate::acquire;
use crate::event_requests::documents::queries;
use crate::event_requests::documents::wire::{DocumentRow, DocumentUpload};
use crate::event_requests::journal;
use crate::event_requests::model::{EventRequest, Visibility};
use crate::event_requests::represent;
use crate::event_requests::settings::Settings;
use crate::event_requests::transitions::receive_document;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::blobs::Stored;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{DocumentId, EventRequestId};
use crate::kernel::marking::Marking;
use crate::schema::request_documents;

/// Whether a document may be added at all, asked before its content is read.
///
/// # Errors
///
/// 404; 409 when the request is over, or holds as many documents as are accepted; 422 with every
/// broken rule.
pub fn check_upload(
    conn: &mut Connection,
    scope: &Scope,
    settings: &Settings,
    request: &EventRequest,
    upload: &DocumentUpload,
) -> Result<(), Problem> {
    // A city adds what the office may still need; the office adds to its files at any time.
    let is_open = request.status.is_open_to_office() || request.status.names_official();
    if !is_open && !scope.is_federal() {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "No document is added while the state is `{}`.",
                request.status
            ),
        )
        .with("state", request.status.as_str())
        .with(
            "allowed_actions",
            represent::allowed_actions(request, scope),
        ));
    }
    let mut faults = Faults::default();
    faults.require(
        upload.visibility != Some(Visibility::Internal) || scope.is_federal(),
        "visibility",
        "not_permitted",
        "is for the office's own documents",
    );
    scope.check_marking(upload.marking, "marking", &mut faults);
    faults.finish()?;
    let count = queries::count(conn, &request.id)?;
    if count >= settings.max_documents {
        return Err(Problem::new(
            Code::TooManyDocuments,
            format!(
                "A request holds {} documents at most.",
                settings.max_documents
            ),
        ));
    }
    Ok(())
}

/// Adds a document whose content is in the store.
///
/// # Errors
///
/// As [`check_upload`], of the request as it is now.
pub fn add_document(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    upload: &DocumentUpload,
    filename: &str,
    stored: &Stored,
) -> Result<(EventRequest, DocumentRow), Problem> {
    let request = acquire(tx, scope, settings, id, Permission::RequestsWrite)?;
    check_upload(tx.conn, scope, settings, &request, upload)?;
    let row = DocumentRow {
        id: DocumentId::fresh(),
        request_id: id.clone(),
        kind: upload.kind,
        filename: filename.to_owned(),
        media_type: stored.media_type,
        size: stored.size,
        sha256: stored.sha256.clone(),
        storage_key: stored.key.clone(),
        visibility: upload.visibility.unwrap_or(Visibility::Shared),
        marking: upload.marking.unwrap_or(Marking::OfficialUse),
        uploaded_by_kind: scope.actor().kind().to_owned(),
        uploaded_by_id: scope.actor().id().unwrap_or_default().to_owned(),
        created_at: tx.now,
    };
    diesel::insert_into(request_documents::table)
        .values(row.clone())
        .execute(tx.conn)?;
    let is_shared = row.visibility == Visibility::Shared;
    let kind = if is_shared {
        "event_request.document_added"
    } else {
        "event_request.internal_document_added"
    };
    tx.record(
        journal::part(kind, &request, is_shared, row.marking).payload(json!({
            "document_id": row.id, "kind": row.kind, "filename": row.filename,
            "size": row.size, "sha256": row.sha256,
        })),
    )?;
    // What the city does not see does not answer what it was asked for.
    if is_shared && row.marking <= Marking::OfficialUse {
        let request = receive_document(tx, settings, &request, row.kind)?;
        return Ok((request, row));
    }
    Ok((request.into_inner(), row))
}

/// Deletes the documents of a draft that goes. Their content is cleared away later.
///
/// # Errors
///
/// When the database fails.
pub(in crate::event_requests) fn delete_all(
    tx: &mut Tx<'_>,
    id: &EventRequestId,
) -> Result<(), Problem> {
    diesel::delete(request_documents::table.filter(request_documents::request_id.eq(id)))
        .execute(tx.conn)?;
    Ok(())
}
