//! Officers as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::day::Day;
use crate::kernel::id::{OfficerId, OrganizationId, UserId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;
use crate::programs::needs::LanguageSkill;

/// A skill or a part of the world, in the office's words. Spelling does not matter: it is kept in
/// lower case and without accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    min_length = 1,
    max_length = 100,
    pattern = r"^[^\r\n]*\S[^\r\n]*$",
    example = "trade promotion"
)]
pub struct Word(pub String);

/// A host that an officer must not serve at, nor at those that belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "Owns property there."}))]
pub struct OfficerRecusal {
    /// The host.
    pub organization_id: OrganizationId,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// A diplomat who can be placed at a host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "off_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Dana Whitfield", "grade": "FS-03",
    "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "skills": ["trade promotion"],
    "languages": [{"language": "es", "level": 4}], "regions": ["western_hemisphere"],
    "available_from": "2026-07-01", "available_until": null, "recusals": [], "notes": "Prefers the border region.", "is_active": true,
    "version": 1, "created_at": "2026-03-02T14:00:00Z", "updated_at": "2026-03-02T14:00:00Z",
    "allowed_actions": ["update"]
}))]
pub struct Officer {
    /// Its id.
    pub id: OfficerId,
    /// The full name.
    pub name: String,
    /// The grade, such as `FS-03`.
    pub grade: String,
    /// The account with which the officer signs in.
    pub user_id: Option<UserId>,
    /// What they can do.
    pub skills: Vec<String>,
    /// What they speak.
    pub languages: Vec<LanguageSkill>,
    /// The parts of the world that they know.
    pub regions: Vec<String>,
    /// The first day on which a placement may be served; open when `null`.
    pub available_from: Option<Day>,
    /// The last day on which a placement may be served; open when `null`.
    pub available_until: Option<Day>,
    /// Hosts that they must not serve at.
    pub recusals: Vec<OfficerRecusal>,
    /// Notes of the office; not for the officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<String>,
    /// Whether they can be placed.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

crate::text_enum! {
    /// The orders the list of officers has.
    pub enum OfficerSort {
        /// By name, A to Z.
        Name => "name",
        /// By name, Z to A.
        NameDescending => "-name",
    }
}

crate::list_query! {
    /// Which officers are wanted.
    "officers" OfficerQuery sorted by OfficerSort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub q: Option<String>,
        /// What they can do, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub skill: Option<String>,
        /// What they speak, ISO 639.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = "^[a-z]{2,3}$", max_length = 3)]
        pub language: Option<String>,
        /// How well they speak `language` at least; needs it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, minimum = 0, maximum = 5)]
        pub min_level: Option<i64>,
        /// A part of the world that they know.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub region: Option<String>,
        /// A day on which they are available and not placed.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub available_on: Option<Day>,
        /// Whether they can be placed.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_active: Option<bool>,
    }
}

/// A new officer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Dana Whitfield", "grade": "FS-03", "skills": ["trade promotion"],
    "languages": [{"language": "es", "level": 4}], "regions": ["western_hemisphere"], "available_from": "2026-07-01"
}))]
pub struct CreateOfficer {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// The grade, such as `FS-03`.
    #[schema(min_length = 1, max_length = 50, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub grade: String,
    /// The account with which the officer signs in: active, and one officer's only.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// What they can do.
    #[serde(default)]
    #[schema(required = false, max_items = 30)]
    pub skills: Vec<Word>,
    /// What they speak; each language once.
    #[serde(default)]
    #[schema(required = false, max_items = 30)]
    pub languages: Vec<LanguageSkill>,
    /// The parts of the world that they know.
    #[serde(default)]
    #[schema(required = false, max_items = 30)]
    pub regions: Vec<Word>,
    /// The first day on which a placement may be served.
    #[serde(default)]
    pub available_from: Option<Day>,
    /// The last day on which a placement may be served.
    #[serde(default)]
    pub available_until: Option<Day>,
    /// Hosts that they must not serve at; each once.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub recusals: Vec<OfficerRecusal>,
    /// Notes of the office.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub notes: Option<String>,
}

/// A change of an officer: absent members keep their value, `null` clears it, and a list takes the
/// place of what was.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grade": "FS-02", "languages": [{"language": "es", "level": 5}]}))]
pub struct UpdateOfficer {
    /// The full name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// The grade, such as `FS-03`.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 50,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub grade: Option<String>,
    /// The account with which the officer signs in. Places at hosts move with it.
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    pub user_id: Patch<UserId>,
    /// What they can do.
    #[schema(nullable = false, max_items = 30)]
    pub skills: Option<Vec<Word>>,
    /// What they speak; each language once.
    #[schema(nullable = false, max_items = 30)]
    pub languages: Option<Vec<LanguageSkill>>,
    /// The parts of the world that they know.
    #[schema(nullable = false, max_items = 30)]
    pub regions: Option<Vec<Word>>,
    /// The first day on which a placement may be served.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub available_from: Patch<Day>,
    /// The last day on which a placement may be served.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub available_until: Patch<Day>,
    /// Hosts that they must not serve at; each once.
    #[schema(nullable = false, max_items = 100)]
    pub recusals: Option<Vec<OfficerRecusal>>,
    /// Notes of the office.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub notes: Patch<String>,
    /// Whether they can be placed. Placements that exist stay.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
}
