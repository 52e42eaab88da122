//! Venues as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::organizations::wire::update_if;
use crate::directory::venues::model::Venue as Row;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::http::Faults;
use crate::kernel::id::{OrganizationId, VenueId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, parse_zone};

/// A place where briefings are held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "ven_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003",
    "time_zone": "America/Phoenix", "capacity": 120, "requires_access_data": false, "organization_id": null, "is_active": true, "version": 1,
    "created_at": "2026-01-05T14:00:00Z", "updated_at": "2026-01-05T14:00:00Z", "allowed_actions": ["update"]
}))]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// Where it is, as a visitor needs it.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// People it holds.
    pub capacity: Option<i64>,
    /// Whether its guard asks for birth date, citizenship and a document of everyone who comes.
    pub requires_access_data: bool,
    /// The jurisdiction it lies in.
    pub organization_id: Option<OrganizationId>,
    /// Whether it can be booked.
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

impl Venue {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        Self {
            id: row.id,
            name: row.name,
            address: row.address,
            time_zone: row.time_zone,
            capacity: row.capacity,
            requires_access_data: row.requires_access_data,
            organization_id: row.organization_id,
            is_active: row.is_active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: update_if(scope, Permission::VenuesWrite),
        }
    }
}

crate::text_enum! {
    /// The orders the list of venues has.
    pub enum VenueSort {
        /// By name, A to Z.
        Name => "name",
        /// By name, Z to A.
        NameDescending => "-name",
    }
}

crate::list_query! {
    /// Which venues are wanted.
    "venues" VenueQuery sorted by VenueSort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub q: Option<String>,
        /// Whether they can be booked.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_active: Option<bool>,
        /// The jurisdiction they lie in.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new venue.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003", "time_zone": "America/Phoenix", "capacity": 120}))]
pub struct CreateVenue {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Where it is, as a visitor needs it.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub address: String,
    /// IANA time zone.
    #[schema(min_length = 1, max_length = 64)]
    pub time_zone: String,
    /// People it holds.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub capacity: Option<i64>,
    /// Whether its guard asks for birth date, citizenship and a document of everyone who comes.
    #[serde(default)]
    #[schema(required = false)]
    pub requires_access_data: bool,
    /// The jurisdiction it lies in.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
}

/// A change of a venue: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": 150}))]
pub struct UpdateVenue {
    /// Its name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// Where it is, as a visitor needs it.
    #[schema(nullable = false, min_length = 1, max_length = 500, pattern = r"\S")]
    pub address: Option<String>,
    /// IANA time zone.
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    pub time_zone: Option<String>,
    /// People it holds.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000)]
    pub capacity: Patch<i64>,
    /// The jurisdiction it lies in.
    #[serde(default)]
    #[schema(value_type = Option<OrganizationId>)]
    pub organization_id: Patch<OrganizationId>,
    /// Whether its guard asks for birth date, citizenship and a document of everyone who comes.
    #[schema(nullable = false)]
    pub requires_access_data: Option<bool>,
    /// Whether it can be booked. Bookings that exist stay.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
}

impl CreateVenue {
    /// The row to store.
    pub fn into_row(self, now: Timestamp, faults: &mut Faults) -> Row {
        parse_zone(&self.time_zone, "/time_zone", faults);
        let name = text::clean(&self.name);
        Row {
            id: VenueId::fresh(),
            name_folded: text::fold(&name),
            name,
            address: text::clean(&self.address),
            time_zone: self.time_zone,
            capacity: self.capacity,
            organization_id: self.organization_id,
            is_active: true,
            version: 1,
            created_at: now,
            updated_at: now,
            requires_access_data: self.requires_access_data,
        }
    }
}

impl UpdateVenue {
    /// Applies the change to a row.
    pub fn apply(self, row: &mut Row, faults: &mut Faults) {
        if let Some(name) = self.name {
            row.name = text::clean(&name);
            row.name_folded = text::fold(&row.name);
        }
        if let Some(address) = self.address {
            row.address = text::clean(&address);
        }
        if let Some(time_zone) = self.time_zone {
            parse_zone(&time_zone, "/time_zone", faults);
            row.time_zone = time_zone;
        }
        self.capacity.apply(&mut row.capacity);
        self.organization_id.apply(&mut row.organization_id);
        if let Some(requires_access_data) = self.requires_access_data {
            row.requires_access_data = requires_access_data;
        }
        if let Some(is_active) = self.is_active {
            row.is_active = is_active;
        }
    }
}
