//! Statistics as clients see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::day::Day;
use crate::kernel::id::{OrganizationId, PlacementId, ProgramId};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::reports::model::Figures;

/// Which reports are counted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsRange {
    /// Reports whose last day is this one or later.
    #[schema(nullable = false, example = "2027-01-01")]
    pub from: Option<Day>,
    /// Reports whose last day is before this one.
    #[schema(nullable = false, example = "2028-01-01")]
    pub until: Option<Day>,
}
crate::query_params!(StatisticsRange);

/// How many reports are in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportCounts {
    /// Reports that the placements ask for, upcoming ones too.
    pub expected: i64,
    /// Those that are in the office's hands, or were accepted.
    pub handed_in: i64,
    /// Those that were accepted.
    pub accepted: i64,
    /// Those that should have been handed in.
    pub overdue: i64,
}

impl std::ops::AddAssign for ReportCounts {
    fn add_assign(&mut self, other: Self) {
        self.expected += other.expected;
        self.handed_in += other.handed_in;
        self.accepted += other.accepted;
        self.overdue += other.overdue;
    }
}

/// What one placement came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlacementStatistics {
    /// The placement.
    pub placement_id: PlacementId,
    /// The host.
    pub organization_id: OrganizationId,
    /// Its reports.
    pub reports: ReportCounts,
    /// The sums of its accepted quarterly and final reports.
    pub figures: Figures,
}

/// How many placements stand at one state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlacementCount {
    /// The state.
    pub status: PlacementStatus,
    /// How many.
    pub count: i64,
}

/// What a program's placements came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "program_id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x", "from": "2027-01-01", "until": "2028-01-01",
    "placements": [{"status": "active", "count": 11}, {"status": "completed", "count": 1}],
    "reports": {"expected": 4, "handed_in": 2, "accepted": 1, "overdue": 1},
    "figures": {"meetings": 14, "delegations": 2, "agreements": 1, "investment_leads": 3},
    "by_placement": [{
        "placement_id": "plc_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "reports": {"expected": 4, "handed_in": 2, "accepted": 1, "overdue": 1},
        "figures": {"meetings": 14, "delegations": 2, "agreements": 1, "investment_leads": 3}
    }]
}))]
pub struct ProgramStatistics {
    /// The program.
    pub program_id: ProgramId,
    /// From which day on reports are counted.
    pub from: Option<Day>,
    /// Until before which day.
    pub until: Option<Day>,
    /// How many placements of the program the caller may see stand where, at this instant.
    pub placements: Vec<PlacementCount>,
    /// The sums of the reports of each placement.
    pub reports: ReportCounts,
    /// The sums of the figures of each placement. A final report counts the days after the last
    /// quarterly report, and reports beside the schedule are not added, so nothing counts twice.
    pub figures: Figures,
    /// What each placement came to that has a report in this time.
    pub by_placement: Vec<PlacementStatistics>,
}
