//! A reason that is stated for what is done.

use serde::Deserialize;
use utoipa::ToSchema;

/// Why something is done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The city council decided otherwise."}))]
pub struct StatedReason {
    /// The reason, as both sides are told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}
