//! Rows of the list of briefers.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BrieferId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::schema::briefers;

/// A federal official or expert who gives briefings.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = briefers, treat_none_as_null = true)]
pub struct Briefer {
    /// Its id.
    pub id: BrieferId,
    /// The full name.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// Office or function, such as `Director, Office of China Coordination`.
    pub title: Option<String>,
    /// Where the office reaches them.
    pub email: Option<String>,
    /// The agency they belong to.
    pub organization_id: Option<OrganizationId>,
    /// Whether it can be booked.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Briefer {
    const TABLE: &'static str = "briefers";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        briefers::table
            .filter(briefers::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
