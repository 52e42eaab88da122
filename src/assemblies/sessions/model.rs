//! Rows of sessions.

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{AssemblyId, AssemblySessionId, ParticipantId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{assembly_sessions, session_participants};

crate::text_enum! {
    /// Where a session is held.
    pub enum SessionFormat {
        /// On screens only.
        Virtual => "virtual",
        /// In one room.
        InPerson => "in_person",
        /// In a room and on screens.
        Hybrid => "hybrid",
    }
}

crate::text_enum! {
    /// Whether the Federal Advisory Committee Act stands in the way of a session.
    pub enum LegalReview {
        /// Everyone who takes part is federal, elected, or the designee of somebody elected.
        NotNeeded => "not_needed",
        /// It is to be decided; the session is held until it is.
        Pending => "pending",
        /// It was found exempt.
        Exempt => "exempt",
        /// It was found not exempt: public notice is needed.
        NotExempt => "not_exempt",
    }
}

crate::text_enum! {
    /// Why a session was adjourned.
    pub enum Adjournment {
        /// Its business was done.
        BusinessConcluded => "business_concluded",
        /// A quorum was lost, or never there.
        NoQuorum => "no_quorum",
        /// Its time was over.
        TimeExpired => "time_expired",
        /// Something else.
        Other => "other",
    }
}

crate::text_enum! {
    /// What somebody is who takes part in a session without a seat.
    pub enum ParticipantKind {
        /// An officer or employee of the federal government.
        Federal => "federal",
        /// Elected to office in a state, local or tribal government.
        Elected => "elected",
        /// An employee whom somebody elected has designated.
        Designee => "designee",
        /// Anyone else.
        Other => "other",
    }
}

/// A session of an assembly.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assembly_sessions, treat_none_as_null = true)]
pub struct Session {
    /// Its id.
    pub id: AssemblySessionId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// Its number.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// Where it stands.
    pub status: SessionStatus,
    /// Where it is held.
    pub format: SessionFormat,
    /// The zone in which its time is stated.
    pub time_zone: String,
    /// When it begins, on the clock on the wall.
    pub starts_local: Timestamp,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The room.
    pub venue: Option<String>,
    /// Where it is joined on screens.
    pub meeting_url: Option<String>,
    /// Who presides.
    pub presiding: Option<String>,
    /// Whether the Federal Advisory Committee Act stands in the way.
    pub legal_review: LegalReview,
    /// Why that was decided.
    pub legal_basis: Option<String>,
    /// Who decided it.
    pub legal_reviewed_by: Option<UserId>,
    /// When it was decided.
    pub legal_reviewed_at: Option<Timestamp>,
    /// The designated federal officer.
    pub federal_officer: Option<String>,
    /// Where the public notice was published.
    pub notice_citation: Option<String>,
    /// The session whose structure it began with.
    pub cloned_from_id: Option<AssemblySessionId>,
    /// Whether a quorum is present now.
    pub has_quorum: bool,
    /// When it was called.
    pub called_at: Option<Timestamp>,
    /// When its agenda was published.
    pub agenda_published_at: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was adjourned.
    pub adjourned_at: Option<Timestamp>,
    /// Why it was adjourned.
    pub adjournment: Option<Adjournment>,
    /// Why it was cancelled, or what was said about its end.
    pub closing_note: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Session {
    const TABLE: &'static str = "assembly_sessions";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        assembly_sessions::table
            .filter(assembly_sessions::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Session {
    /// The zone in which its time is stated.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// The day on which it begins, where it is held.
    #[must_use]
    pub fn day(&self) -> Day {
        Day::of(self.starts_at, self.zone())
    }
}

/// Somebody who takes part in a session without a seat.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = session_participants, treat_none_as_null = true)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The name.
    pub name: String,
    /// For whom.
    pub affiliation: String,
    /// What they are.
    pub kind: ParticipantKind,
    /// What they do there.
    pub role: Option<String>,
    /// The kind of who added them.
    pub added_by_kind: String,
    /// Who added them.
    pub added_by_id: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When they were taken off the list.
    pub removed_at: Option<Timestamp>,
}
