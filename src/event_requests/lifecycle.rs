//! The life cycle of an event request (docs/domain.md, "Event requests").
//!
//! Two steps are also taken by the service itself: a request that is submitted without its
//! invitation letter goes on to `awaiting_documents` at once, and the last awaited document takes
//! it from there to `under_review`.

use crate::kernel::access::Permission::{RequestsDecide, RequestsTriage, RequestsWrite};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where an event request stands.
    pub enum RequestStatus {
        /// Being written by the city; the office does not see it.
        Draft => "draft",
        /// In the office's hands, not yet looked at.
        Submitted => "submitted",
        /// The office waits for documents of the city; the review clock stands still.
        AwaitingDocuments => "awaiting_documents",
        /// The office examines it.
        UnderReview => "under_review",
        /// Ethics, public affairs, security and others are asked.
        InClearance => "in_clearance",
        /// The office takes part.
        Confirmed => "confirmed",
        /// The office does not take part.
        Declined => "declined",
        /// The office offers something else; the review clock stands still.
        SubstituteOffered => "substitute_offered",
        /// Called off, by either side.
        Withdrawn => "withdrawn",
        /// The event took place.
        Completed => "completed",
        /// Written up.
        Reported => "reported",
    }
}

crate::text_enum! {
    /// What can be done with an event request.
    pub enum RequestAction {
        /// Hand it to the office.
        Submit => "submit",
        /// Ask the city for documents.
        RequestDocuments => "request-documents",
        /// Begin to examine it.
        StartReview => "start-review",
        /// Ask for the clearances it needs.
        BeginClearance => "begin-clearance",
        /// Commit the office to it.
        Confirm => "confirm",
        /// Refuse it.
        Decline => "decline",
        /// Offer something else.
        OfferSubstitute => "offer-substitute",
        /// Take what was offered.
        AcceptSubstitute => "accept-substitute",
        /// Call it off.
        Withdraw => "withdraw",
        /// Record that the event took place.
        Complete => "complete",
        /// Write it up.
        Report => "report",
    }
}

use RequestAction::{
    AcceptSubstitute, BeginClearance, Complete, Confirm, Decline, OfferSubstitute, Report,
    RequestDocuments, StartReview, Submit, Withdraw,
};
use RequestStatus::{
    AwaitingDocuments, Completed, Confirmed, Declined, Draft, InClearance, Reported, Submitted,
    SubstituteOffered, UnderReview, Withdrawn,
};

/// The table.
pub const LIFECYCLE: Lifecycle<RequestStatus, RequestAction> = Lifecycle::new(&[
    // from             action            to                 who
    (Draft, Submit, Submitted, RequestsWrite),
    (
        Submitted,
        RequestDocuments,
        AwaitingDocuments,
        RequestsTriage,
    ),
    (Submitted, StartReview, UnderReview, RequestsTriage),
    (Submitted, Decline, Declined, RequestsDecide),
    (Submitted, Withdraw, Withdrawn, RequestsWrite),
    (AwaitingDocuments, StartReview, UnderReview, RequestsTriage),
    (AwaitingDocuments, Decline, Declined, RequestsDecide),
    (AwaitingDocuments, Withdraw, Withdrawn, RequestsWrite),
    (
        UnderReview,
        RequestDocuments,
        AwaitingDocuments,
        RequestsTriage,
    ),
    (UnderReview, BeginClearance, InClearance, RequestsTriage),
    (
        UnderReview,
        OfferSubstitute,
        SubstituteOffered,
        RequestsDecide,
    ),
    (UnderReview, Decline, Declined, RequestsDecide),
    (UnderReview, Withdraw, Withdrawn, RequestsWrite),
    (InClearance, Confirm, Confirmed, RequestsDecide),
    (
        InClearance,
        OfferSubstitute,
        SubstituteOffered,
        RequestsDecide,
    ),
    (InClearance, Decline, Declined, RequestsDecide),
    (InClearance, Withdraw, Withdrawn, RequestsWrite),
    (
        SubstituteOffered,
        AcceptSubstitute,
        UnderReview,
        RequestsWrite,
    ),
    (SubstituteOffered, Decline, Declined, RequestsDecide),
    (SubstituteOffered, Withdraw, Withdrawn, RequestsWrite),
    (Confirmed, Complete, Completed, RequestsTriage),
    (Confirmed, Withdraw, Withdrawn, RequestsWrite),
    (Completed, Report, Reported, RequestsWrite),
]);

/// What the review clock does in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// It has not begun.
    NotStarted,
    /// The office is at work.
    Running,
    /// The city is waited for.
    Paused,
    /// The office has decided, or has nothing to decide any more.
    Stopped,
}

impl RequestStatus {
    /// The states in which the office has something to do or to decide, or waits for the city.
    pub const OPEN: [Self; 5] = [
        Self::Submitted,
        Self::AwaitingDocuments,
        Self::UnderReview,
        Self::InClearance,
        Self::SubstituteOffered,
    ];

    /// The states in which the office waits for the city.
    pub const WAITING_FOR_CITY: [Self; 2] = [Self::AwaitingDocuments, Self::SubstituteOffered];

    /// The states in which somebody of the office has the request in hand.
    #[must_use]
    pub fn is_assignable(self) -> bool {
        Self::OPEN.contains(&self) || self == Self::Confirmed
    }

    /// Whether the city may still change what it asks for.
    #[must_use]
    pub const fn is_open_to_city(self) -> bool {
        matches!(
            self,
            Self::Draft | Self::Submitted | Self::AwaitingDocuments
        )
    }

    /// Whether the office may still change it.
    #[must_use]
    pub fn is_open_to_office(self) -> bool {
        self == Self::Draft || self.is_assignable()
    }

    /// Whether the city is told who comes. An official must not be named, even as invited, until
    /// the request is confirmed (docs/domain.md, "Event requests"), and no longer once it is withdrawn.
    #[must_use]
    pub const fn names_official(self) -> bool {
        matches!(self, Self::Confirmed | Self::Completed | Self::Reported)
    }

    /// What the review clock does.
    #[must_use]
    pub const fn clock(self) -> ClockState {
        match self {
            Self::Draft => ClockState::NotStarted,
            Self::Submitted | Self::UnderReview | Self::InClearance => ClockState::Running,
            Self::AwaitingDocuments | Self::SubstituteOffered => ClockState::Paused,
            Self::Confirmed
            | Self::Declined
            | Self::Withdrawn
            | Self::Completed
            | Self::Reported => ClockState::Stopped,
        }
    }
}
