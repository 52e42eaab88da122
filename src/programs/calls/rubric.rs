//! What reviewers score: criteria with weights.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"key": "impact", "title": "Impact on the host's engagement abroad", "weight": 40, "max_points": 5, "guidance": "What will be different after a year?"}))]
pub struct Criterion {
    /// How reviews name it.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,39}$", max_length = 40)]
    pub key: String,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// Its share in the score, beside the others.
    #[schema(minimum = 1, maximum = 1000)]
    pub weight: i64,
    /// The most points that a reviewer gives; the least is 0.
    #[schema(minimum = 1, maximum = 100)]
    pub max_points: i64,
    /// What to look for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub guidance: Option<String>,
}

/// The criteria of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Rubric(pub Vec<Criterion>);
