//! Rows and vocabulary of the directory of organizations.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::OrganizationId;
use crate::kernel::time::Timestamp;
use crate::schema::organizations;

crate::text_enum! {
    /// What an organization is.
    pub enum OrganizationKind {
        /// The office that runs this service.
        NationalOffice => "national_office",
        /// Another federal agency or department.
        FederalAgency => "federal_agency",
        /// A state, or the district of the capital.
        State => "state",
        /// A county or its equivalent.
        County => "county",
        /// A city, town or other municipality.
        Municipality => "municipality",
        /// A tribal government.
        TribalGovernment => "tribal_government",
        /// A territory.
        Territory => "territory",
        /// An association of local governments.
        Association => "association",
        /// Another counterpart.
        Other => "other",
    }
}

impl OrganizationKind {
    /// Whether its people work for the federal government.
    #[must_use]
    pub const fn is_federal(self) -> bool {
        matches!(self, Self::NationalOffice | Self::FederalAgency)
    }
}

/// A row of the directory.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organizations, treat_none_as_null = true)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What it is.
    pub kind: OrganizationKind,
    /// Its name.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// State or region within the country.
    pub subdivision: Option<String>,
    /// The organization it belongs to.
    pub parent_id: Option<OrganizationId>,
    /// Inhabitants.
    pub population: Option<i64>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The id in the data it was imported from.
    pub source_id: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Organization {
    const TABLE: &'static str = "organizations";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        organizations::table
            .filter(organizations::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
