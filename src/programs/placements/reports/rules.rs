//! When a report may be written, handed in and accepted.

use crate::kernel::time::Timestamp;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::{PlacementReport, ReportKind};

/// Days before the end of its period from which on a report may be handed in: officers leave before
/// their last day.
pub const EARLY_DAYS: i64 = 14;

/// The instant from which on a report may be handed in.
#[must_use]
pub fn opens_at(report: &PlacementReport) -> Timestamp {
    report.period_ends_at.plus_seconds(-EARLY_DAYS * 24 * 3600)
}

/// Whether it may be handed in at this instant.
#[must_use]
pub fn can_be_handed_in(report: &PlacementReport, now: Timestamp) -> bool {
    opens_at(report) <= now
}

/// Whether what it says may be changed.
#[must_use]
pub fn is_open(report: &PlacementReport) -> bool {
    matches!(
        report.status,
        StoredStatus::Awaited | StoredStatus::Returned
    )
}

/// Whether it may be accepted: a final report closes the placement, so the placement has ended.
#[must_use]
pub fn can_be_accepted(report: &PlacementReport, placement: &Placement) -> bool {
    report.kind != ReportKind::Final
        || matches!(
            placement.status,
            PlacementStatus::Completed | PlacementStatus::Closed
        )
}
