//! Rows of minutes.

use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{AssemblySessionId, MinutesId, PollId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{minutes, minutes_corrections, minutes_records};

crate::text_enum! {
    /// How members approved minutes.
    pub enum ApprovalBasis {
        /// By a poll that carried.
        Poll => "poll",
        /// All agreed.
        UnanimousConsent => "unanimous_consent",
        /// They were sent round and nobody objected.
        NoObjection => "no_objection",
    }
}

/// The minutes of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = minutes, treat_none_as_null = true)]
pub struct Minutes {
    /// Its id.
    pub id: MinutesId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// Where it stands.
    pub status: MinutesStatus,
    /// The text, in Markdown.
    pub text: String,
    /// How members approved them.
    pub basis: Option<ApprovalBasis>,
    /// The poll that did.
    pub basis_poll_id: Option<PollId>,
    /// Who recorded the approval.
    pub approved_by: Option<UserId>,
    /// When they were approved.
    pub approved_at: Option<Timestamp>,
    /// Over the text and the records, as they were approved.
    pub hash: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Minutes {
    const TABLE: &'static str = "minutes";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        minutes::table
            .filter(minutes::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// The hash of a record that approved minutes stand on.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = minutes_records, treat_none_as_null = true, primary_key(session_id, kind, record_id))]
pub struct MinutesRecord {
    /// The session.
    pub session_id: AssemblySessionId,
    /// The kind of record.
    pub kind: String,
    /// Which one.
    pub record_id: String,
    /// Its hash.
    pub hash: String,
}

/// A correction of approved minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = minutes_corrections, treat_none_as_null = true, primary_key(session_id, ordinal))]
pub struct Correction {
    /// The session.
    pub session_id: AssemblySessionId,
    /// Counts from 1.
    pub ordinal: i64,
    /// What is right.
    pub text: String,
    /// Why.
    pub reason: String,
    /// The kind of actor.
    pub actor_kind: String,
    /// The actor.
    pub actor_id: Option<String>,
    /// Over this correction and the hash before it.
    pub hash: String,
    /// When it was created.
    pub created_at: Timestamp,
}
