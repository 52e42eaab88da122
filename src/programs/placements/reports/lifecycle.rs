//! The life cycle of a report (docs/domain.md, "Placement reports").

use crate::kernel::access::Permission::{PlacementReportsReview, PlacementReportsWrite};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a report stands, as it is stored.
    pub enum StoredStatus {
        /// Not handed in.
        Awaited => "awaited",
        /// In the office's hands.
        Submitted => "submitted",
        /// Back with the officer, to be mended.
        Returned => "returned",
        /// Accepted by the office.
        Accepted => "accepted",
        /// No longer needed, because the placement ended before.
        Dropped => "dropped",
    }
}

crate::text_enum! {
    /// What can be done with a report.
    pub enum ReportAction {
        /// Hand it in.
        Submit => "submit",
        /// Give it back to be mended.
        Return => "return",
        /// Accept it.
        Accept => "accept",
    }
}

use ReportAction::{Accept, Return, Submit};
use StoredStatus as S;

/// The table.
pub const LIFECYCLE: Lifecycle<StoredStatus, ReportAction> = Lifecycle::new(&[
    // from, action, to, who
    (S::Awaited, Submit, S::Submitted, PlacementReportsWrite),
    (S::Returned, Submit, S::Submitted, PlacementReportsWrite),
    (S::Submitted, Return, S::Returned, PlacementReportsReview),
    (S::Submitted, Accept, S::Accepted, PlacementReportsReview),
]);
