//! Documents, as they are stored, shown and sent.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event_requests::model::{DocumentKind, Visibility};
use crate::kernel::blobs::MediaType;
use crate::kernel::id::{DocumentId, EventRequestId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::request_documents;

/// A document as it is stored. It is never changed; a newer one stands beside it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_documents)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// The request.
    pub request_id: EventRequestId,
    /// What it is.
    pub kind: DocumentKind,
    /// What it is called.
    pub filename: String,
    /// Its type, by its content.
    pub media_type: MediaType,
    /// Its size, in bytes.
    pub size: i64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Where the store keeps it.
    pub storage_key: String,
    /// Who reads it.
    pub visibility: Visibility,
    /// How widely it may be known.
    pub marking: Marking,
    /// The kind of whoever added it.
    pub uploaded_by_kind: String,
    /// Whoever added it.
    pub uploaded_by_id: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A document of an event request. Its content is at `…/content`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "doc_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "invitation_letter", "filename": "invitation.pdf",
    "media_type": "application/pdf", "size": 48211, "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "visibility": "shared", "marking": "official_use", "uploaded_by": "Ana Ruiz", "created_at": "2027-01-20T16:30:00Z"
}))]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// What it is called.
    pub filename: String,
    /// Its type, by its content.
    pub media_type: MediaType,
    /// Its size, in bytes.
    pub size: i64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Who reads it.
    pub visibility: Visibility,
    /// How widely it may be known.
    pub marking: Marking,
    /// Who added it, as far as the caller is told.
    pub uploaded_by: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a document is, said beside its content.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentUpload {
    /// What it is.
    #[schema(example = "invitation_letter")]
    pub kind: DocumentKind,
    /// What it is called.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "invitation.txt"
    )]
    pub filename: String,
    /// Who reads it; `shared` when not given. Internal ones are for federal staff.
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
    /// How widely it may be known; `official_use` when not given.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
}
crate::query_params!(DocumentUpload);
