//! Rows of polls and ballots.

use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::polls::lifecycle::PollStatus;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{AssemblySessionId, MotionId, OrganizationId, PollId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{ballots, poll_voters, polls, secret_ballots};

crate::text_enum! {
    /// How a poll is taken.
    pub enum PollKind {
        /// Members vote for themselves; who voted how is shown once it is closed.
        Recorded => "recorded",
        /// The clerk calls the seats and records each answer; who voted how is shown at once.
        RollCall => "roll_call",
        /// Nobody learns who voted how.
        Secret => "secret",
    }
}

crate::text_enum! {
    /// What a motion needs to be carried.
    pub enum Majority {
        /// More for it than against it.
        Simple => "simple",
        /// More than half.
        Absolute => "absolute",
        /// Two thirds or more.
        TwoThirds => "two_thirds",
        /// Three fourths or more.
        ThreeFourths => "three_fourths",
    }
}

crate::text_enum! {
    /// What a majority is counted of.
    pub enum MajorityBase {
        /// The votes for and against; abstentions do not count.
        Cast => "cast",
        /// The jurisdictions that were present when the poll was opened.
        Present => "present",
        /// The jurisdictions that were seated when the poll was opened.
        Seated => "seated",
    }
}

crate::text_enum! {
    /// What a poll came to.
    pub enum PollOutcome {
        /// It has its majority.
        Carried => "carried",
        /// It has not.
        Failed => "failed",
        /// As many on one side as on the other: it has not.
        Tied => "tied",
        /// No option of the list has its majority.
        Undecided => "undecided",
    }
}

crate::text_enum! {
    /// In what capacity a ballot was cast.
    pub enum BallotCapacity {
        /// By the holder of the seat.
        Holder => "holder",
        /// By the alternate.
        Alternate => "alternate",
        /// By the proxy.
        Proxy => "proxy",
        /// Recorded by the clerk in a roll call.
        Clerk => "clerk",
    }
}

/// A poll on a motion.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = polls, treat_none_as_null = true)]
pub struct Poll {
    /// Its id.
    pub id: PollId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The motion.
    pub motion_id: MotionId,
    /// How it is taken.
    pub kind: PollKind,
    /// Where it stands.
    pub status: PollStatus,
    /// What is asked.
    pub question: String,
    /// A list to choose one of, as JSON; yes, no and abstain without one.
    pub options: Option<String>,
    /// What it takes to be carried.
    pub majority: Majority,
    /// What the majority is counted of.
    pub majority_of: MajorityBase,
    /// Whether a ballot may be replaced while it is open.
    pub is_replaceable: bool,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What it came to.
    pub outcome: Option<PollOutcome>,
    /// The result with its arithmetic, as JSON.
    pub result: Option<String>,
    /// Why it was cancelled.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Poll {
    const TABLE: &'static str = "polls";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        polls::table
            .filter(polls::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Poll {
    /// The list to choose one of, where it has one.
    #[must_use]
    pub fn list(&self) -> Option<Vec<String>> {
        let options = self.options.as_deref()?;
        serde_json::from_str(options).ok()
    }

    /// Whether nobody learns who voted how.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.kind == PollKind::Secret
    }
}

/// A seat as it stood when a poll was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = poll_voters, treat_none_as_null = true, primary_key(poll_id, seat_id))]
pub struct Voter {
    /// The poll.
    pub poll_id: PollId,
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// The name of the jurisdiction then.
    pub organization_name: String,
    /// The region.
    pub region: Option<String>,
    /// Who held the seat.
    pub holder_id: Option<UserId>,
    /// Who stood in.
    pub alternate_id: Option<UserId>,
    /// Who was its proxy.
    pub proxy_id: Option<UserId>,
    /// Whether it was present, and so may vote.
    pub is_present: bool,
}

/// That a seat has voted, and how, unless the poll is secret.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = ballots, treat_none_as_null = true, primary_key(poll_id, seat_id))]
pub struct Ballot {
    /// The poll.
    pub poll_id: PollId,
    /// The seat.
    pub seat_id: SeatId,
    /// The kind of who cast it.
    pub cast_by_kind: String,
    /// Who cast it.
    pub cast_by_id: Option<String>,
    /// In what capacity.
    pub capacity: BallotCapacity,
    /// What was chosen; never of a secret poll.
    pub choice: Option<String>,
    /// What was chosen and the receipt, sealed, while a secret poll is open.
    pub sealed: Option<String>,
    /// When; never of a secret poll.
    pub cast_at: Option<Timestamp>,
}

/// A ballot of a closed secret poll.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = secret_ballots, treat_none_as_null = true, primary_key(poll_id, receipt))]
pub struct SecretBallot {
    /// The poll.
    pub poll_id: PollId,
    /// What its voter knows it by.
    pub receipt: String,
    /// What was chosen.
    pub choice: String,
}
