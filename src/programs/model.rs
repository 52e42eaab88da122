//! Rows of programs.

use diesel::prelude::*;

use crate::kernel::access::Role;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::ProgramId;
use crate::kernel::time::Timestamp;
use crate::schema::programs;

/// A program of embedded diplomats: its legal basis, its terms, what is reported and what hosts undertake.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = programs, treat_none_as_null = true)]
pub struct Program {
    /// Its id.
    pub id: ProgramId,
    /// What it is called.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// The law or agreement under which officers are placed.
    pub legal_basis: String,
    /// What it is for.
    pub description: Option<String>,
    /// Months of a placement when nothing else is agreed.
    pub default_term_months: i64,
    /// Months of a placement at most, extensions included.
    pub max_term_months: i64,
    /// Months between two reports.
    pub report_interval_months: i64,
    /// Days after its period by which a report is due.
    pub report_due_days: i64,
    /// Days after the end of the placement by which the final report is due.
    pub final_report_due_days: i64,
    /// What a host undertakes, as a JSON array.
    pub host_duties: String,
    /// The roles that sign a slate, in order, separated by spaces.
    pub sign_off_roles: String,
    /// Whether new calls and placements may be made.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Program {
    const TABLE: &'static str = "programs";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        programs::table
            .filter(programs::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Program {
    /// What a host undertakes.
    #[must_use]
    pub fn host_duties(&self) -> Vec<String> {
        serde_json::from_str(&self.host_duties).unwrap_or_default()
    }

    /// The roles that sign a slate, in order.
    #[must_use]
    pub fn sign_off_roles(&self) -> Vec<Role> {
        self.sign_off_roles
            .split_whitespace()
            .filter_map(|role| role.parse().ok())
            .collect()
    }
}
