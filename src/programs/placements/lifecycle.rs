//! The life cycle of a placement (docs/domain.md, "Placements").
//!
//! A placement that both sides signed before its first day begins by itself, at midnight at the
//! host, and one that has begun ends by itself, at midnight at the host. It is closed when its final
//! report is accepted.

use crate::kernel::access::Permission::{PlacementReportsReview, PlacementsSign, PlacementsWrite};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a placement stands.
    pub enum PlacementStatus {
        /// Proposed to the host.
        Proposed => "proposed",
        /// One side has signed.
        AgreementPending => "agreement_pending",
        /// Both sides have signed; it has not begun.
        Signed => "signed",
        /// The officer serves.
        Active => "active",
        /// The officer serves, longer than first agreed.
        Extended => "extended",
        /// The officer serves, or served, shorter than agreed.
        Curtailed => "curtailed",
        /// It has ended; reports may be outstanding.
        Completed => "completed",
        /// Its final report was accepted.
        Closed => "closed",
        /// It did not begin.
        Cancelled => "cancelled",
    }
}

crate::text_enum! {
    /// What can be done with a placement.
    pub enum PlacementAction {
        /// Sign the agreement for one side.
        Sign => "sign",
        /// Begin it; by itself when it was signed in time.
        Activate => "activate",
        /// Let it end later.
        Extend => "extend",
        /// Let it end earlier.
        Curtail => "curtail",
        /// Let another officer take over.
        Replace => "replace",
        /// End it now; by itself at its end.
        Complete => "complete",
        /// Call it off before it begins.
        Cancel => "cancel",
        /// Close the file; by itself when the final report is accepted.
        Close => "close",
    }
}

use PlacementAction::{Activate, Cancel, Close, Complete, Curtail, Extend, Replace, Sign};
use PlacementStatus as S;

/// The table.
pub const LIFECYCLE: Lifecycle<PlacementStatus, PlacementAction> = Lifecycle::new(&[
    // from, action, to, who
    (S::Proposed, Sign, S::AgreementPending, PlacementsSign),
    (S::Proposed, Replace, S::Cancelled, PlacementsWrite),
    (S::Proposed, Cancel, S::Cancelled, PlacementsWrite),
    (S::AgreementPending, Sign, S::Signed, PlacementsSign),
    (S::AgreementPending, Replace, S::Cancelled, PlacementsWrite),
    (S::AgreementPending, Cancel, S::Cancelled, PlacementsWrite),
    (S::Signed, Activate, S::Active, PlacementsWrite),
    (S::Signed, Replace, S::Cancelled, PlacementsWrite),
    (S::Signed, Cancel, S::Cancelled, PlacementsWrite),
    (S::Active, Extend, S::Extended, PlacementsWrite),
    (S::Active, Curtail, S::Curtailed, PlacementsWrite),
    (S::Active, Replace, S::Curtailed, PlacementsWrite),
    (S::Active, Complete, S::Completed, PlacementsWrite),
    (S::Extended, Extend, S::Extended, PlacementsWrite),
    (S::Extended, Curtail, S::Curtailed, PlacementsWrite),
    (S::Extended, Replace, S::Curtailed, PlacementsWrite),
    (S::Extended, Complete, S::Completed, PlacementsWrite),
    (S::Curtailed, Extend, S::Extended, PlacementsWrite),
    (S::Curtailed, Curtail, S::Curtailed, PlacementsWrite),
    (S::Curtailed, Replace, S::Curtailed, PlacementsWrite),
    (S::Curtailed, Complete, S::Completed, PlacementsWrite),
    (S::Completed, Close, S::Closed, PlacementReportsReview),
]);

impl PlacementStatus {
    /// The states in which the officer serves at the host.
    pub const SERVING: [Self; 3] = [Self::Active, Self::Extended, Self::Curtailed];

    /// Whether the officer serves at the host.
    #[must_use]
    pub fn is_serving(self) -> bool {
        Self::SERVING.contains(&self)
    }

    /// Whether it holds its officer and its slot.
    #[must_use]
    pub fn holds(self) -> bool {
        self != Self::Cancelled
    }
}
