//! Organizations as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::organizations::countries::check_country;
use crate::directory::organizations::model::{Organization as Row, OrganizationKind};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::http::Faults;
use crate::kernel::id::OrganizationId;
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, parse_zone};

/// A place on the globe, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    /// Degrees north of the equator.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Degrees east of Greenwich.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
}

/// A jurisdiction, an agency, an association or the office itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "municipality", "name": "Phoenix",
    "country": "US", "subdivision": "AZ", "parent_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0y",
    "population": 1_608_139, "time_zone": "America/Phoenix",
    "coordinates": {"latitude": 33.44838, "longitude": -112.07404},
    "source_id": "geonames:5308655", "version": 1,
    "created_at": "2026-01-05T14:00:00Z", "updated_at": "2026-01-05T14:00:00Z",
    "allowed_actions": []
}))]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What it is.
    pub kind: OrganizationKind,
    /// Its name.
    pub name: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// State or region within the country.
    pub subdivision: Option<String>,
    /// The organization it belongs to, such as a county's state.
    pub parent_id: Option<OrganizationId>,
    /// Inhabitants.
    pub population: Option<i64>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Where it lies.
    pub coordinates: Option<Coordinates>,
    /// The id in the data it was imported from.
    pub source_id: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Organization {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            country: row.country,
            subdivision: row.subdivision,
            parent_id: row.parent_id,
            population: row.population,
            time_zone: row.time_zone,
            coordinates: row
                .latitude
                .zip(row.longitude)
                .map(|(latitude, longitude)| Coordinates {
                    latitude,
                    longitude,
                }),
            source_id: row.source_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: update_if(scope, Permission::OrganizationsWrite),
        }
    }
}

/// `["update"]` for whoever may, nothing for others.
#[must_use]
pub fn update_if(scope: &Scope, permission: Permission) -> Vec<String> {
    if scope.can(permission) {
        vec!["update".to_owned()]
    } else {
        Vec::new()
    }
}

crate::text_enum! {
    /// The orders the list of organizations has.
    pub enum OrganizationSort {
        /// By name, A to Z.
        Name => "name",
        /// By name, Z to A.
        NameDescending => "-name",
        /// The least populous first.
        Population => "population",
        /// The most populous first.
        PopulationDescending => "-population",
    }
}

crate::list_query! {
    /// Which organizations are wanted.
    "organizations" OrganizationQuery sorted by OrganizationSort {
        /// Words of the name, in any spelling: `sao paulo` finds `São Paulo`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "phoenix")]
        pub q: Option<String>,
        /// What it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<OrganizationKind>,
        /// Country, ISO 3166-1 alpha-2.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = "^[A-Z]{2}$", example = "US")]
        pub country: Option<String>,
        /// State or region within the country.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = "^[A-Z0-9-]{1,10}$", example = "AZ")]
        pub subdivision: Option<String>,
        /// The organization they belong to.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub parent_id: Option<OrganizationId>,
        /// The id in the data they were imported from.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub source_id: Option<String>,
    }
}

/// A new organization.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "tribal_government", "name": "Navajo Nation", "country": "US", "subdivision": "AZ",
    "time_zone": "America/Denver"
}))]
pub struct CreateOrganization {
    /// What it is.
    pub kind: OrganizationKind,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Country, ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// State or region within the country.
    #[serde(default)]
    #[schema(pattern = "^[A-Z0-9-]{1,10}$")]
    pub subdivision: Option<String>,
    /// The organization it belongs to.
    #[serde(default)]
    pub parent_id: Option<OrganizationId>,
    /// Inhabitants.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000_000_i64)]
    pub population: Option<i64>,
    /// IANA time zone.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub time_zone: Option<String>,
    /// Where it lies.
    #[serde(default)]
    pub coordinates: Option<Coordinates>,
    /// The id in public data, unique over all organizations.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S+$")]
    pub source_id: Option<String>,
}

/// A change of an organization: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"population": 1_650_070}))]
pub struct UpdateOrganization {
    /// Its name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// The organization it belongs to.
    #[serde(default)]
    #[schema(value_type = Option<OrganizationId>)]
    pub parent_id: Patch<OrganizationId>,
    /// Inhabitants.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 10_000_000_000_i64)]
    pub population: Patch<i64>,
    /// IANA time zone.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub time_zone: Patch<String>,
    /// Where it lies.
    #[serde(default)]
    #[schema(value_type = Option<Coordinates>)]
    pub coordinates: Patch<Coordinates>,
}

impl CreateOrganization {
    /// The row to store.
    pub fn into_row(self, now: Timestamp, faults: &mut Faults) -> Row {
        check_country(&self.country, "/country", faults);
        if let Some(zone) = &self.time_zone {
            parse_zone(zone, "/time_zone", faults);
        }
        let name = text::clean(&self.name);
        Row {
            id: OrganizationId::fresh(),
            kind: self.kind,
            name_folded: text::fold(&name),
            name,
            country: self.country,
            subdivision: self.subdivision,
            parent_id: self.parent_id,
            population: self.population,
            time_zone: self.time_zone,
            latitude: self.coordinates.map(|place| place.latitude),
            longitude: self.coordinates.map(|place| place.longitude),
            source_id: self.source_id,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

impl UpdateOrganization {
    /// Applies the change to a row.
    pub fn apply(self, row: &mut Row, faults: &mut Faults) {
        if let Some(zone) = self.time_zone.value() {
            parse_zone(zone, "/time_zone", faults);
        }
        if let Some(name) = self.name {
            row.name = text::clean(&name);
            row.name_folded = text::fold(&row.name);
        }
        self.parent_id.apply(&mut row.parent_id);
        self.population.apply(&mut row.population);
        self.time_zone.apply(&mut row.time_zone);
        match self.coordinates {
            Patch::Keep => {}
            Patch::Clear => (row.latitude, row.longitude) = (None, None),
            Patch::Set(place) => {
                (row.latitude, row.longitude) = (Some(place.latitude), Some(place.longitude));
            }
        }
    }
}
