//! Reports as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::day::Day;
use crate::kernel::id::{OrganizationId, PlacementId, PlacementReportId, ProgramId};
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeSchema};
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::{Figures, PlacementReport as Row, ReportKind};

crate::text_enum! {
    /// Where a report stands.
    pub enum ReportStatus {
        /// Its period is not over.
        Upcoming => "upcoming",
        /// Its period is over, and it is not handed in.
        Due => "due",
        /// It should have been handed in.
        Overdue => "overdue",
        /// In the office's hands.
        Submitted => "submitted",
        /// Back with the officer, to be mended; `is_overdue` tells whether it should be back by now.
        Returned => "returned",
        /// Accepted by the office.
        Accepted => "accepted",
        /// No longer needed, because the placement ended before.
        Dropped => "dropped",
    }
}

impl ReportStatus {
    /// Where this report stands at this instant.
    #[must_use]
    pub fn of(row: &Row, now: Timestamp) -> Self {
        match row.status {
            StoredStatus::Awaited if row.due_at <= now => Self::Overdue,
            StoredStatus::Awaited if row.period_ends_at <= now => Self::Due,
            StoredStatus::Awaited => Self::Upcoming,
            StoredStatus::Submitted => Self::Submitted,
            StoredStatus::Returned => Self::Returned,
            StoredStatus::Accepted => Self::Accepted,
            StoredStatus::Dropped => Self::Dropped,
        }
    }
}

/// A report on a placement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "rpt_01jz8k2m4n6p8q0r2s4t6v8w0x", "placement_id": "plc_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "program_id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "kind": "quarterly", "ordinal": 1, "status": "due", "is_overdue": false,
    "period_starts_on": "2026-09-01", "period_ends_on": "2026-12-01", "figures_start_on": "2026-09-01",
    "due_at": {"local": "2026-12-31T00:00:00", "time_zone": "America/Phoenix", "utc": "2026-12-31T07:00:00Z"},
    "figures": {"meetings": 14, "delegations": 2, "agreements": 1, "investment_leads": 3},
    "public_summary": "A delegation from Sonora met the port authority.", "internal_part": null, "reason": null,
    "handed_in_at": null, "accepted_at": null, "reminders": 1, "version": 2,
    "created_at": "2026-08-20T16:00:00Z", "updated_at": "2026-12-02T16:00:00Z",
    "allowed_actions": ["submit", "update"]
}))]
pub struct PlacementReport {
    /// Its id.
    pub id: PlacementReportId,
    /// The placement.
    pub placement_id: PlacementId,
    /// The program of the placement.
    pub program_id: ProgramId,
    /// The host.
    pub organization_id: OrganizationId,
    /// What it covers.
    pub kind: ReportKind,
    /// Counts from 1 within its kind.
    pub ordinal: i64,
    /// Where it stands.
    pub status: ReportStatus,
    /// Whether it should have been handed in by now, for the first time or again.
    pub is_overdue: bool,
    /// The first day it covers.
    pub period_starts_on: Day,
    /// The day after the last it covers.
    pub period_ends_on: Day,
    /// The first day that its figures count. Those of a final report begin where the last quarterly
    /// report ends, so that nothing is counted twice.
    pub figures_start_on: Day,
    /// By when it is handed in: midnight at the host.
    #[schema(value_type = ZonedTimeSchema)]
    pub due_at: ZonedTime,
    /// What the work came to, in numbers. The host is told once it is handed in.
    pub figures: Option<Figures>,
    /// What anyone may read. The host is told once it is handed in.
    pub public_summary: Option<String>,
    /// What the office and the officer alone read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = true, required = false)]
    pub internal_part: Option<Option<String>>,
    /// Why it was asked for, returned or opened again; for the office and the officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = true, required = false)]
    pub reason: Option<Option<String>>,
    /// When it was handed in; `null` while it is not, or was returned.
    pub handed_in_at: Option<Timestamp>,
    /// When the office accepted it.
    pub accepted_at: Option<Timestamp>,
    /// Reminders given so far.
    pub reminders: i64,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

crate::text_enum! {
    /// The orders the list of reports has.
    pub enum ReportSort {
        /// What is due first.
        DueAt => "due_at",
        /// What is due last.
        DueAtDescending => "-due_at",
    }
}

crate::list_query! {
    /// Which reports are wanted.
    "placement-reports" ReportQuery sorted by ReportSort {
        /// Where they stand, as it is shown.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<ReportStatus>,
        /// Whether they should have been handed in by now.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_overdue: Option<bool>,
        /// What they cover.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<ReportKind>,
        /// Those on placements at this host.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// Those on this placement.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub placement_id: Option<PlacementId>,
        /// Those that are due before this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub due_before: Option<Timestamp>,
    }
}

crate::list_query! {
    /// Which reports on a placement are wanted.
    "reports-on-a-placement" PlacementReportsQuery sorted by ReportSort {
        /// Where they stand, as it is shown.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<ReportStatus>,
        /// What they cover.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<ReportKind>,
    }
}

/// A report that the office asks for beside the schedule.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "period_starts_on": "2031-09-08", "period_ends_on": "2031-09-20", "due_on": "2031-10-01",
    "reason": "The delegation's visit, for the yearbook."
}))]
pub struct AskForReport {
    /// The first day it covers; within the placement.
    pub period_starts_on: Day,
    /// The day after the last it covers.
    pub period_ends_on: Day,
    /// The day at whose beginning, at the host, it is due.
    pub due_on: Day,
    /// Why it is asked for.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// What changes in the figures.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateFigures {
    /// Meetings held.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub meetings: Option<i64>,
    /// Delegations received or sent.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub delegations: Option<i64>,
    /// Agreements assisted.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub agreements: Option<i64>,
    /// Investment leads followed.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub investment_leads: Option<i64>,
}

/// A change of a report: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "figures": {"meetings": 14, "delegations": 2},
    "public_summary": "A delegation from Sonora met the port authority.",
    "internal_part": "The partner asks for discretion until the tender is out."
}))]
pub struct UpdatePlacementReport {
    /// What the work came to since `figures_start_on`, in numbers.
    #[schema(nullable = false)]
    pub figures: Option<UpdateFigures>,
    /// What anyone may read.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5000, pattern = r"\S")]
    pub public_summary: Patch<String>,
    /// What the office and the officer alone read.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub internal_part: Patch<String>,
}

/// Why a report is given back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The delegations are missing."}))]
pub struct ReturnReport {
    /// What is to be mended, as the officer is told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}
