//! The life cycle of one clearance.

use crate::kernel::access::Permission::{ClearancesDecide, ClearancesWaive};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a clearance stands.
    pub enum ClearanceStatus {
        /// Its turn has not come: those before it are open.
        Waiting => "waiting",
        /// Asked for, not decided.
        Pending => "pending",
        /// Given.
        Cleared => "cleared",
        /// Counts as given, because nobody decided in time.
        DeemedCleared => "deemed_cleared",
        /// Refused, until it is given or waived after all.
        Objected => "objected",
        /// Done without.
        Waived => "waived",
    }
}

crate::text_enum! {
    /// What can be done with a clearance.
    pub enum ClearanceAction {
        /// Give it.
        Clear => "clear",
        /// Refuse it.
        Object => "object",
        /// Do without it.
        Waive => "waive",
    }
}

use ClearanceAction::{Clear, Object, Waive};
use ClearanceStatus::{Cleared, Objected, Pending, Waiting, Waived};

/// The table.
pub const LIFECYCLE: Lifecycle<ClearanceStatus, ClearanceAction> = Lifecycle::new(&[
    // from     action  to        who
    (Pending, Clear, Cleared, ClearancesDecide),
    (Pending, Object, Objected, ClearancesDecide),
    (Pending, Waive, Waived, ClearancesWaive),
    (Waiting, Waive, Waived, ClearancesWaive),
    (Objected, Clear, Cleared, ClearancesDecide),
    (Objected, Waive, Waived, ClearancesWaive),
]);

impl ClearanceStatus {
    /// Whether it stands in the way of nothing any more.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Cleared | Self::DeemedCleared | Self::Waived)
    }
}
