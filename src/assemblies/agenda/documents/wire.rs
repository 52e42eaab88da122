//! Documents of agenda items as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::blobs::MediaType;
use crate::kernel::id::{AgendaDocumentId, AgendaItemId, AssemblySessionId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;

/// A document of an agenda item. Its content is at `…/content`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "agd_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "item_id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x", "filename": "ports.pdf", "media_type": "application/pdf",
    "size": 48211, "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "marking": "official_use", "uploaded_by": "The office", "created_at": "2031-01-20T16:30:00Z"
}))]
pub struct AgendaDocument {
    /// Its id.
    pub id: AgendaDocumentId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The item.
    pub item_id: AgendaItemId,
    /// What the file is called.
    pub filename: String,
    /// Its type, by its content.
    pub media_type: MediaType,
    /// Its size, in bytes.
    pub size: i64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// How widely it may be known.
    pub marking: Marking,
    /// Who added it; members are told that it was the office.
    pub uploaded_by: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a document is, said beside its content.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaDocumentUpload {
    /// What it is called.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "ports.txt"
    )]
    pub filename: String,
    /// How widely it may be known; `official_use` when not given.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
}
crate::query_params!(AgendaDocumentUpload);
