//! Who may apply in a call: by kind of organization and by place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::organizations::model::{Organization, OrganizationKind};

/// Who may apply. An empty list asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kinds": ["municipality", "county"], "countries": ["US"], "subdivisions": ["AZ", "TX"]}))]
pub struct Eligibility {
    /// Kinds of organizations.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub kinds: Vec<OrganizationKind>,
    /// Countries, ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub countries: Vec<String>,
    /// States or regions, as the directory writes them.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub subdivisions: Vec<String>,
}

impl Eligibility {
    /// Whether this organization may apply.
    #[must_use]
    pub fn admits(&self, host: &Organization) -> bool {
        let subdivision = host.subdivision.as_ref();
        (self.kinds.is_empty() || self.kinds.contains(&host.kind))
            && (self.countries.is_empty() || self.countries.contains(&host.country))
            && (self.subdivisions.is_empty()
                || subdivision.is_some_and(|place| self.subdivisions.contains(place)))
    }
}
