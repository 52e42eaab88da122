//! What a host asks of an officer. Matching compares it with what officers bring.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::day::Day;

/// A language that is spoken, with its level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"language": "es", "level": 3}))]
pub struct LanguageSkill {
    /// ISO 639, two or three letters.
    #[schema(pattern = "^[a-z]{2,3}$", max_length = 3)]
    pub language: String,
    /// From 0 to 5, on the scale of the Interagency Language Roundtable.
    #[schema(minimum = 0, maximum = 5)]
    pub level: i64,
}

/// What a host asks of an officer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}], "regions": ["western_hemisphere"], "starts_on": "2031-09-01"}))]
pub struct Needs {
    /// Skills, in the office's words, such as `trade promotion`.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub skills: Vec<String>,
    /// Languages with the level that is needed: an officer who speaks one less well is excluded.
    #[serde(default)]
    #[schema(required = false, max_items = 10)]
    pub languages: Vec<LanguageSkill>,
    /// Parts of the world that the officer should know, such as `western_hemisphere`.
    #[serde(default)]
    #[schema(required = false, max_items = 10)]
    pub regions: Vec<String>,
    /// When the officer should begin.
    #[serde(default)]
    pub starts_on: Option<Day>,
}
