//! Materials as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::materials::model::MaterialAudience;
use crate::kernel::blobs::MediaType;
use crate::kernel::id::{BriefingId, MaterialId};
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// A file of a briefing. Its content is at `…/content`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "mat_01jz8k2m4n6p8q0r2s4t6v8w0x", "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "title": "Slides", "filename": "slides.pdf", "media_type": "application/pdf", "size": 48211,
    "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "marking": "official_use", "audience": "registered", "available_from": null,
    "uploaded_by": "The office", "withdrawn_at": null, "version": 1,
    "created_at": "2027-01-20T16:30:00Z", "updated_at": "2027-01-20T16:30:00Z", "allowed_actions": []
}))]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// What it is.
    pub title: String,
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
    /// Who reads it.
    pub audience: MaterialAudience,
    /// From when on its audience sees it; at once when null.
    pub available_from: Option<Timestamp>,
    /// Who added it; cities are told that it was the office.
    pub uploaded_by: String,
    /// When it was withdrawn. From then on only federal staff see it.
    pub withdrawn_at: Option<Timestamp>,
    /// Why it was withdrawn; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub withdrawn_reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// What a material is, said beside its content.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialUpload {
    /// What the file is called.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "slides.txt"
    )]
    pub filename: String,
    /// What it is; the name of the file when not given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// Who reads it; `registered` when not given.
    #[schema(nullable = false)]
    pub audience: Option<MaterialAudience>,
    /// How widely it may be known; that of the briefing, and at least `official_use`, when not
    /// given.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
    /// From when on its audience sees it; at once when not given.
    #[schema(nullable = false)]
    pub available_from: Option<Timestamp>,
}
crate::query_params!(MaterialUpload);

/// A change of a material: absent members keep their value, `null` clears it. Another content is
/// another material.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"audience": "attended"}))]
pub struct UpdateMaterial {
    /// What it is.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// Who reads it.
    #[schema(nullable = false)]
    pub audience: Option<MaterialAudience>,
    /// How widely it may be known.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
    /// From when on its audience sees it.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    pub available_from: Patch<Timestamp>,
}
