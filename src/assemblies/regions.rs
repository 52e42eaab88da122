//! The regions of an assembly: states that are counted together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// States that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "West", "subdivisions": ["AZ", "CA", "NV"]}))]
pub struct AssemblyRegion {
    /// What it is called.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Its states or regions, as the directory writes them.
    #[schema(min_items = 1, max_items = 100)]
    pub subdivisions: Vec<String>,
}

/// The region of a jurisdiction in this subdivision: the one that has it, or, where an assembly has
/// no regions, the subdivision itself.
#[must_use]
pub fn region_of(regions: &[AssemblyRegion], subdivision: Option<&str>) -> Option<String> {
    let subdivision = subdivision?;
    if regions.is_empty() {
        return Some(subdivision.to_owned());
    }
    regions
        .iter()
        .find(|region| region.subdivisions.iter().any(|one| one == subdivision))
        .map(|region| region.name.clone())
}
