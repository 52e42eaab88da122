//! Rows and vocabulary of materials.

use diesel::prelude::*;

use crate::kernel::blobs::MediaType;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BriefingId, MaterialId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::materials;

/// How events call a material.
pub const SUBJECT: &str = "material";

crate::text_enum! {
    /// Who reads a material, within its marking. Federal staff read all of them.
    pub enum MaterialAudience {
        /// The organizations that have a registration that is not cancelled.
        Registered => "registered",
        /// The organizations of which somebody came.
        Attended => "attended",
        /// Federal staff alone.
        Cleared => "cleared",
    }
}

/// A file of a briefing. Its content never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = materials, treat_none_as_null = true)]
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
    /// Where the store keeps it.
    pub storage_key: String,
    /// How widely it may be known.
    pub marking: Marking,
    /// Who reads it.
    pub audience: MaterialAudience,
    /// From when on its audience sees it.
    pub available_from: Option<Timestamp>,
    /// The kind of whoever added it.
    pub uploaded_by_kind: String,
    /// Whoever added it.
    pub uploaded_by_id: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Material {
    const TABLE: &'static str = "materials";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        materials::table
            .filter(materials::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
