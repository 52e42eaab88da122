//! The rule of an assembly by which a quorum is present (docs/domain.md, "Assemblies": a majority
//! of the seated jurisdictions unless the assembly decides otherwise).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many jurisdictions have to be present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(example = json!({"kind": "fraction", "numerator": 2, "denominator": 3}))]
pub enum QuorumRule {
    /// More than half of the seated.
    #[default]
    Majority,
    /// This fraction of the seated, or more.
    Fraction {
        /// Of the fraction.
        #[schema(minimum = 1, maximum = 100)]
        numerator: i64,
        /// Of the fraction.
        #[schema(minimum = 1, maximum = 100)]
        denominator: i64,
    },
    /// This number.
    Number {
        /// Jurisdictions.
        #[schema(minimum = 1, maximum = 10000)]
        number: i64,
    },
    /// More than half of the seated, from this number of regions at least.
    Regions {
        /// Regions.
        #[schema(minimum = 1, maximum = 100)]
        regions: i64,
    },
}
