//! Rows and vocabulary of placements.

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{ApplicationId, OfficerId, OrganizationId, PlacementId, ProgramId, UserId};
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::schema::{placement_terms, placements};

crate::text_enum! {
    /// What changed a term.
    pub enum TermChange {
        /// It was proposed so.
        Proposed => "proposed",
        /// It ends later.
        Extended => "extended",
        /// It ends earlier.
        Curtailed => "curtailed",
        /// Another officer takes over.
        Replaced => "replaced",
        /// It came to its end.
        Completed => "completed",
        /// It did not begin.
        Cancelled => "cancelled",
    }
}

/// An officer's time at a host.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = placements, treat_none_as_null = true)]
pub struct Placement {
    /// Its id.
    pub id: PlacementId,
    /// The program.
    pub program_id: ProgramId,
    /// The application it follows from.
    pub application_id: Option<ApplicationId>,
    /// The officer.
    pub officer_id: OfficerId,
    /// The host.
    pub organization_id: OrganizationId,
    /// Which of the host's slots it takes.
    pub slot: i64,
    /// Where it stands.
    pub status: PlacementStatus,
    /// The host's time zone.
    pub time_zone: String,
    /// The first day.
    pub starts_on: Day,
    /// The day after the last: the end is exclusive.
    pub ends_on: Day,
    /// When the first day begins at the host.
    pub starts_at: Timestamp,
    /// When `ends_on` begins at the host, or the instant at which it was completed before.
    pub ends_at: Timestamp,
    /// The placement whose officer this one takes over from.
    pub replaces_id: Option<PlacementId>,
    /// To whom the officer reports at the host.
    pub supervisor: Option<String>,
    /// What the officer is to do.
    pub workplan: Option<String>,
    /// Notes of the office.
    pub internal_notes: Option<String>,
    /// Who signed for the office.
    pub office_signed_by: Option<UserId>,
    /// When the office signed.
    pub office_signed_at: Option<Timestamp>,
    /// Who signed for the host.
    pub host_signed_by: Option<UserId>,
    /// When the host signed.
    pub host_signed_at: Option<Timestamp>,
    /// What was said with the last change of the term.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Placement {
    const TABLE: &'static str = "placements";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        placements::table
            .filter(placements::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Placement {
    /// The host's time zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// An instant as it shows on a clock at the host.
    #[must_use]
    pub fn zoned(&self, instant: Timestamp) -> ZonedTime {
        ZonedTime::at(instant, self.zone())
    }

    /// When both sides had signed.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        Some(self.office_signed_at?.max(self.host_signed_at?))
    }
}

/// How the term of a placement came to be what it is: one row a change.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = placement_terms, treat_none_as_null = true)]
pub struct Term {
    /// The placement.
    pub placement_id: PlacementId,
    /// Counts from 1.
    pub ordinal: i64,
    /// What changed.
    pub change: TermChange,
    /// The first day since then.
    pub starts_on: Day,
    /// The day after the last since then.
    pub ends_on: Day,
    /// Why.
    pub reason: Option<String>,
    /// The kind of whoever changed it.
    pub actor_kind: String,
    /// Whoever changed it.
    pub actor_id: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
}
