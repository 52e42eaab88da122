//! The life cycle of a call (docs/domain.md, "Programs and calls").
//!
//! A call closes by itself at its closing instant.

use crate::kernel::access::Permission::{ApplicationsDecide, ProgramsWrite};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a call stands.
    pub enum CallStatus {
        /// Being prepared; only the office sees it.
        Draft => "draft",
        /// Hosts may apply.
        Open => "open",
        /// The window is over; late applications need a code.
        Closed => "closed",
        /// Reviewers score.
        InReview => "in_review",
        /// Decided, and not yet told.
        Decided => "decided",
        /// Everyone who applied was told.
        Announced => "announced",
    }
}

crate::text_enum! {
    /// What can be done with a call.
    pub enum CallAction {
        /// Let hosts apply.
        Open => "open",
        /// End the window now.
        Close => "close",
        /// Let reviewers score.
        StartReview => "start-review",
        /// Fix the slate that was signed.
        Decide => "decide",
        /// Tell everyone who applied.
        Announce => "announce",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<CallStatus, CallAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        CallStatus::Draft,
        CallAction::Open,
        CallStatus::Open,
        ProgramsWrite,
    ),
    (
        CallStatus::Open,
        CallAction::Close,
        CallStatus::Closed,
        ProgramsWrite,
    ),
    (
        CallStatus::Closed,
        CallAction::StartReview,
        CallStatus::InReview,
        ProgramsWrite,
    ),
    (
        CallStatus::InReview,
        CallAction::Decide,
        CallStatus::Decided,
        ApplicationsDecide,
    ),
    (
        CallStatus::Decided,
        CallAction::Announce,
        CallStatus::Announced,
        ApplicationsDecide,
    ),
]);

impl CallStatus {
    /// The states before the call is decided, in which a blind call hides who applies.
    pub const BEFORE_DECISION: [Self; 4] = [Self::Draft, Self::Open, Self::Closed, Self::InReview];

    /// Whether the call is not yet decided.
    #[must_use]
    pub fn is_before_decision(self) -> bool {
        Self::BEFORE_DECISION.contains(&self)
    }
}
