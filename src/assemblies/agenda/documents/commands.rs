//! Adding documents to agenda items.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::agenda::amending::{agenda_event, begin};
use crate::assemblies::agenda::documents::queries;
use crate::assemblies::agenda::documents::wire::AgendaDocumentUpload;
use crate::assemblies::agenda::model::{AgendaDocument, AgendaItem};
use crate::assemblies::agenda::queries::find as find_item;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::queries::expect_state;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::blobs::Stored;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{AgendaDocumentId, AgendaItemId};
use crate::kernel::marking::Marking;
use crate::schema::agenda_documents;

/// How many documents an item holds.
const MOST: i64 = 50;

/// Whether a document may be added at all, asked before its content is read.
///
/// # Errors
///
/// 403; 409 when the session is over, the item was struck, or it holds as many documents as are
/// accepted; 422.
pub fn check_upload(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
    item: &AgendaItem,
    upload: &AgendaDocumentUpload,
) -> Result<(), Problem> {
    expect_office(scope, Permission::SessionsClerk)?;
    expect_state(
        session,
        scope,
        "Adding a document",
        SessionStatus::is_changeable,
    )?;
    if item.is_struck {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The item was struck from the agenda.",
        )
        .with("state", "struck"));
    }
    let mut faults = Faults::default();
    scope.check_marking(upload.marking, "marking", &mut faults);
    faults.finish()?;
    if queries::count(conn, &item.id)? >= MOST {
        return Err(Problem::new(
            Code::TooManyDocuments,
            format!("An item holds {MOST} documents at most."),
        ));
    }
    Ok(())
}

/// Adds a document whose content is in the store.
///
/// # Errors
///
/// 404; as [`check_upload`], of the session as it is now.
pub fn add_document(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AgendaItemId,
    upload: &AgendaDocumentUpload,
    filename: &str,
    stored: &Stored,
) -> Result<AgendaDocument, Problem> {
    let (session, _) = find_item(tx.conn, scope, id)?;
    let session = begin(tx, scope, &session.id)?;
    let (_, item) = find_item(tx.conn, scope, id)?;
    check_upload(tx.conn, scope, &session, &item, upload)?;
    let row = AgendaDocument {
        id: AgendaDocumentId::fresh(),
        session_id: session.id.clone(),
        item_id: id.clone(),
        filename: filename.to_owned(),
        media_type: stored.media_type,
        size: stored.size,
        sha256: stored.sha256.clone(),
        storage_key: stored.key.clone(),
        marking: upload.marking.unwrap_or(Marking::OfficialUse),
        uploaded_by_kind: scope.actor().kind().to_owned(),
        uploaded_by_id: scope.actor().id().unwrap_or_default().to_owned(),
        created_at: tx.now,
    };
    diesel::insert_into(agenda_documents::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(
        agenda_event("assembly_session.document_added", &session)
            .marking(row.marking)
            .payload(json!({
                "document_id": row.id, "item_id": id, "filename": row.filename,
                "size": row.size, "sha256": row.sha256,
            })),
    )?;
    Ok(row)
}
