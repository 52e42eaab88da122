//! Rows and vocabulary of officers.

use diesel::prelude::*;

use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{OfficerId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{officer_recusals, officer_traits, officers};

crate::text_enum! {
    /// What a trait of an officer is about.
    pub enum TraitKind {
        /// Something they can do, such as `trade promotion`.
        Skill => "skill",
        /// A language they speak, ISO 639, with a level from 0 to 5 (Interagency Language
        /// Roundtable).
        Language => "language",
        /// A part of the world that they know, such as `western_hemisphere`.
        Region => "region",
    }
}

/// A diplomat who can be placed at a host.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = officers, treat_none_as_null = true)]
pub struct Officer {
    /// Its id.
    pub id: OfficerId,
    /// The account with which the officer signs in.
    pub user_id: Option<UserId>,
    /// The full name.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// The grade, such as `FS-03`.
    pub grade: String,
    /// The first day on which a placement may be served.
    pub available_from: Option<Day>,
    /// The last day on which a placement may be served.
    pub available_until: Option<Day>,
    /// Notes of the office.
    pub notes: Option<String>,
    /// Whether the officer can be placed.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Officer {
    const TABLE: &'static str = "officers";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        officers::table
            .filter(officers::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// Something an officer can do, speaks or knows.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = officer_traits, treat_none_as_null = true)]
pub struct OfficerTrait {
    /// The officer.
    pub officer_id: OfficerId,
    /// What it is about.
    pub kind: TraitKind,
    /// What it is, folded.
    pub value: String,
    /// Of a language: 0 to 5.
    pub level: Option<i64>,
}

/// A host that an officer must not serve at.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = officer_recusals, treat_none_as_null = true)]
pub struct Recusal {
    /// The officer.
    pub officer_id: OfficerId,
    /// The host.
    pub organization_id: OrganizationId,
    /// Why.
    pub reason: String,
}
