//! Rows and vocabulary of the reports of placements.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{PlacementId, PlacementReportId};
use crate::kernel::time::Timestamp;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::schema::placement_reports;

crate::text_enum! {
    /// What a report covers.
    pub enum ReportKind {
        /// One interval of the program's schedule, a quarter unless the program says otherwise.
        Quarterly => "quarterly",
        /// The whole placement; its figures are those of the time after the last quarterly report.
        Final => "final",
        /// What the office asked for beside the schedule.
        Special => "special",
    }
}

/// What an officer's work came to, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"meetings": 14, "delegations": 2, "agreements": 1, "investment_leads": 3}))]
pub struct Figures {
    /// Meetings held.
    pub meetings: i64,
    /// Delegations received or sent.
    pub delegations: i64,
    /// Agreements assisted.
    pub agreements: i64,
    /// Investment leads followed.
    pub investment_leads: i64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.meetings += other.meetings;
        self.delegations += other.delegations;
        self.agreements += other.agreements;
        self.investment_leads += other.investment_leads;
    }
}

/// A report on a placement.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = placement_reports, treat_none_as_null = true)]
pub struct PlacementReport {
    /// Its id.
    pub id: PlacementReportId,
    /// The placement.
    pub placement_id: PlacementId,
    /// What it covers.
    pub kind: ReportKind,
    /// Counts from 1 within its kind.
    pub ordinal: i64,
    /// Where it stands; whether it is due or overdue follows from the time.
    pub status: StoredStatus,
    /// The first day it covers.
    pub period_starts_on: Day,
    /// The day after the last it covers.
    pub period_ends_on: Day,
    /// When that day begins at the host: from then on the report is due.
    pub period_ends_at: Timestamp,
    /// By when it is handed in: midnight at the host.
    pub due_at: Timestamp,
    /// Meetings held.
    pub meetings: i64,
    /// Delegations received or sent.
    pub delegations: i64,
    /// Agreements assisted.
    pub agreements: i64,
    /// Investment leads followed.
    pub investment_leads: i64,
    /// What anyone may read.
    pub public_summary: Option<String>,
    /// What the office and the officer alone read.
    pub internal_part: Option<String>,
    /// Why it was returned.
    pub reason: Option<String>,
    /// When it was handed in, as long as it was not returned.
    pub handed_in_at: Option<Timestamp>,
    /// When the office accepted it.
    pub accepted_at: Option<Timestamp>,
    /// Reminders given so far.
    pub reminders: i64,
    /// When it was noted that it is overdue.
    pub overdue_noted_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for PlacementReport {
    const TABLE: &'static str = "placement_reports";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        placement_reports::table
            .filter(placement_reports::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl PlacementReport {
    /// What the work came to, in numbers.
    #[must_use]
    pub const fn figures(&self) -> Figures {
        Figures {
            meetings: self.meetings,
            delegations: self.delegations,
            agreements: self.agreements,
            investment_leads: self.investment_leads,
        }
    }

    /// Whether it is wanted, not in the office's hands, and its time has come.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        matches!(self.status, StoredStatus::Awaited | StoredStatus::Returned) && self.due_at <= now
    }
}
