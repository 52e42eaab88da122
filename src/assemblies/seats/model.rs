//! Rows of seats, and who held them.

use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::seats::lifecycle::{Capacity, EndReason, SeatStatus};
use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{AssemblyId, OccupancyId, OrganizationId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{seat_occupancies, seats};

/// A jurisdiction's seat in an assembly, for a term.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seats, treat_none_as_null = true)]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// Where it stands.
    pub status: SeatStatus,
    /// What the jurisdiction was when the seat was made.
    pub kind: OrganizationKind,
    /// Its region.
    pub region: Option<String>,
    /// Its inhabitants when the seat was made.
    pub population: Option<i64>,
    /// What the balance is kept by, such as a party.
    pub affiliation: Option<String>,
    /// The first day of the term.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When the first day begins.
    pub starts_at: Timestamp,
    /// When `ends_on` begins.
    pub ends_at: Timestamp,
    /// Who is nominated as the holder.
    pub nominee_id: Option<UserId>,
    /// The office that the nominee holds.
    pub nominee_office: Option<String>,
    /// Why the jurisdiction should sit.
    pub statement: Option<String>,
    /// Who nominated.
    pub nominated_by: Option<UserId>,
    /// Why it was declined or retired.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Seat {
    const TABLE: &'static str = "seats";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        seats::table
            .filter(seats::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// A person's time in a seat, as its holder or as the alternate.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seat_occupancies, treat_none_as_null = true)]
pub struct Occupancy {
    /// Its id.
    pub id: OccupancyId,
    /// The seat.
    pub seat_id: SeatId,
    /// In what capacity.
    pub capacity: Capacity,
    /// The person.
    pub user_id: UserId,
    /// The office held at home, such as Mayor.
    pub office: String,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; open when not known.
    pub ends_at: Option<Timestamp>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// What was said about the end.
    pub end_note: Option<String>,
    /// The kind of who recorded it.
    pub started_by_kind: String,
    /// Who recorded it.
    pub started_by_id: Option<String>,
    /// The kind of who ended it.
    pub ended_by_kind: Option<String>,
    /// Who ended it.
    pub ended_by_id: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}
