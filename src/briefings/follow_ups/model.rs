//! Rows and vocabulary of follow-ups.

use diesel::prelude::*;

use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BriefingId, FollowUpId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::follow_ups;

crate::text_enum! {
    /// Whether something is still to be done.
    pub enum FollowUpStatus {
        /// It is.
        Open => "open",
        /// It was done, or is not needed any more.
        Settled => "settled",
    }
}

/// What somebody of the office is to do after a briefing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = follow_ups, treat_none_as_null = true)]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// What is to be done.
    pub task: String,
    /// Who sees to it.
    pub owner_id: UserId,
    /// Until when.
    pub due_on: Day,
    /// Whether it is still to be done.
    pub status: FollowUpStatus,
    /// What was noted when it was settled.
    pub note: Option<String>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// Who settled it.
    pub settled_by: Option<UserId>,
    /// When its owner is reminded next.
    pub remind_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for FollowUp {
    const TABLE: &'static str = "follow_ups";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        follow_ups::table
            .filter(follow_ups::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
