//! Rows of motions.

use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::motions::workflow::{MotionAction, MotionStatus};
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{
    AgendaItemId, AssemblyId, AssemblySessionId, MotionId, PollId, SeatId, UserId,
};
use crate::kernel::time::Timestamp;
use crate::schema::{motion_seconds, motion_steps, motion_texts, motions};

/// A motion, or an amendment of one.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = motions, treat_none_as_null = true)]
pub struct Motion {
    /// Its id.
    pub id: MotionId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// The session in which it was brought, or taken up again.
    pub session_id: AssemblySessionId,
    /// The item under which it is taken up.
    pub agenda_item_id: Option<AgendaItemId>,
    /// Its number in the assembly, once it is moved.
    pub number: Option<i64>,
    /// What it is called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// What is to be resolved; of an amendment, the whole text as it would be.
    pub text: String,
    /// The version of the text.
    pub text_version: i64,
    /// Where it stands.
    pub status: MotionStatus,
    /// The motion that it amends.
    pub amends_id: Option<MotionId>,
    /// The version of that motion's text that it was written against.
    pub base_text_version: Option<i64>,
    /// The seat that moves it.
    pub mover_seat_id: Option<SeatId>,
    /// Who moved it.
    pub moved_by: Option<UserId>,
    /// When it was moved.
    pub moved_at: Option<Timestamp>,
    /// The motion of another assembly that it was forwarded from.
    pub origin_id: Option<MotionId>,
    /// To whom it was referred.
    pub referred_to: Option<String>,
    /// The kind of who drafted it.
    pub created_by_kind: String,
    /// Who drafted it.
    pub created_by_id: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Motion {
    const TABLE: &'static str = "motions";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        motions::table
            .filter(motions::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// A version of a motion's text.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = motion_texts, treat_none_as_null = true, primary_key(motion_id, version))]
pub struct MotionText {
    /// The motion.
    pub motion_id: MotionId,
    /// Rises by one with every change.
    pub version: i64,
    /// What it is called.
    pub title: String,
    /// The text.
    pub text: String,
    /// The amendment that made it.
    pub amendment_id: Option<MotionId>,
    /// The kind of actor.
    pub actor_kind: String,
    /// The actor.
    pub actor_id: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A jurisdiction that seconds a motion.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = motion_seconds, treat_none_as_null = true, primary_key(motion_id, seat_id))]
pub struct Second {
    /// The motion.
    pub motion_id: MotionId,
    /// The seat.
    pub seat_id: SeatId,
    /// The person.
    pub user_id: UserId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A step that a motion took.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = motion_steps, treat_none_as_null = true, primary_key(motion_id, ordinal))]
pub struct MotionStep {
    /// The motion.
    pub motion_id: MotionId,
    /// Counts from 1.
    pub ordinal: i64,
    /// The session in which it was taken; none of forwarding, which belongs to no session.
    pub session_id: Option<AssemblySessionId>,
    /// What was done.
    pub action: MotionAction,
    /// Where it stood.
    pub from_status: MotionStatus,
    /// Where it stands then.
    pub to_status: MotionStatus,
    /// Its number at the time.
    pub number: Option<i64>,
    /// Its title at the time.
    pub title: String,
    /// The version of its text at the time.
    pub text_version: i64,
    /// The poll that decided.
    pub poll_id: Option<PollId>,
    /// What was said about it.
    pub note: Option<String>,
    /// The kind of actor.
    pub actor_kind: String,
    /// The actor.
    pub actor_id: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
}
