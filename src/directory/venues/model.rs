//! Rows of the list of venues.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{OrganizationId, VenueId};
use crate::kernel::time::Timestamp;
use crate::schema::venues;

/// A place where briefings are held.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = venues, treat_none_as_null = true)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// Where it is, as a visitor needs it.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// People it holds.
    pub capacity: Option<i64>,
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
    /// Whether its guard asks for data of everyone who comes.
    pub requires_access_data: bool,
}

impl Aggregate for Venue {
    const TABLE: &'static str = "venues";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        venues::table
            .filter(venues::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
