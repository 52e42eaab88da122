//! The life cycle of an application (docs/domain.md, "Applications").
//!
//! Reviews begin for all applications of a call at once, and what is decided is told to the hosts
//! at once, when the call is announced: until then a host is told that it is under review.

use crate::kernel::access::Permission::{ApplicationsDecide, ApplicationsWrite, ProgramsWrite};
use crate::kernel::lifecycle::Lifecycle;
use crate::programs::calls::lifecycle::CallStatus;

crate::text_enum! {
    /// Where an application stands.
    pub enum ApplicationStatus {
        /// Being written; no reviewer sees it.
        Draft => "draft",
        /// Handed in.
        Submitted => "submitted",
        /// Reviewers score it.
        UnderReview => "under_review",
        /// Kept in the closer choice.
        Shortlisted => "shortlisted",
        /// Becomes a host.
        Selected => "selected",
        /// Becomes a host when a selected one steps back.
        Reserve => "reserve",
        /// Does not become a host.
        Rejected => "rejected",
        /// Taken back by the host.
        Withdrawn => "withdrawn",
    }
}

crate::text_enum! {
    /// What can be done with an application.
    pub enum ApplicationAction {
        /// Hand it in.
        Submit => "submit",
        /// Let reviewers score it; done for all of a call.
        StartReview => "start-review",
        /// Keep it in the closer choice.
        Shortlist => "shortlist",
        /// Make it a host.
        Select => "select",
        /// Keep it in reserve.
        Reserve => "reserve",
        /// Refuse it.
        Reject => "reject",
        /// Take it back.
        Withdraw => "withdraw",
    }
}

use ApplicationAction::{Reject, Reserve, Select, Shortlist, StartReview, Submit, Withdraw};
use ApplicationStatus as S;

/// The table.
pub const LIFECYCLE: Lifecycle<ApplicationStatus, ApplicationAction> = Lifecycle::new(&[
    // from, action, to, who
    (S::Draft, Submit, S::Submitted, ApplicationsWrite),
    (S::Submitted, StartReview, S::UnderReview, ProgramsWrite),
    (S::Submitted, Withdraw, S::Withdrawn, ApplicationsWrite),
    (
        S::UnderReview,
        Shortlist,
        S::Shortlisted,
        ApplicationsDecide,
    ),
    (S::UnderReview, Select, S::Selected, ApplicationsDecide),
    (S::UnderReview, Reserve, S::Reserve, ApplicationsDecide),
    (S::UnderReview, Reject, S::Rejected, ApplicationsDecide),
    (S::UnderReview, Withdraw, S::Withdrawn, ApplicationsWrite),
    (S::Shortlisted, Select, S::Selected, ApplicationsDecide),
    (S::Shortlisted, Reserve, S::Reserve, ApplicationsDecide),
    (S::Shortlisted, Reject, S::Rejected, ApplicationsDecide),
    (S::Shortlisted, Withdraw, S::Withdrawn, ApplicationsWrite),
    (S::Selected, Shortlist, S::Shortlisted, ApplicationsDecide),
    (S::Selected, Reserve, S::Reserve, ApplicationsDecide),
    (S::Selected, Reject, S::Rejected, ApplicationsDecide),
    (S::Selected, Withdraw, S::Withdrawn, ApplicationsWrite),
    (S::Reserve, Shortlist, S::Shortlisted, ApplicationsDecide),
    (S::Reserve, Select, S::Selected, ApplicationsDecide),
    (S::Reserve, Reject, S::Rejected, ApplicationsDecide),
    (S::Reserve, Withdraw, S::Withdrawn, ApplicationsWrite),
    (S::Rejected, Shortlist, S::Shortlisted, ApplicationsDecide),
    (S::Rejected, Select, S::Selected, ApplicationsDecide),
    (S::Rejected, Reserve, S::Reserve, ApplicationsDecide),
    (S::Rejected, Withdraw, S::Withdrawn, ApplicationsWrite),
]);

impl ApplicationStatus {
    /// What the host is told of where its application stands: until the call is announced, no more
    /// than that it is under review.
    #[must_use]
    pub const fn as_told(self, call: CallStatus) -> Self {
        match (self, call) {
            (status, CallStatus::Announced) => status,
            (Self::Shortlisted | Self::Selected | Self::Reserve | Self::Rejected, _) => {
                Self::UnderReview
            }
            (status, _) => status,
        }
    }

    /// The states in which an application is in the running, or was decided.
    pub const REVIEWED: [Self; 5] = [
        Self::UnderReview,
        Self::Shortlisted,
        Self::Selected,
        Self::Reserve,
        Self::Rejected,
    ];
}
