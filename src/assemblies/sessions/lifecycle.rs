//! The life cycle of a session (docs/domain.md, "Assemblies").

use crate::kernel::access::Permission::{AssembliesWrite, MinutesApprove, SessionsClerk};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a session stands.
    pub enum SessionStatus {
        /// Being prepared; only the office sees it.
        Draft => "draft",
        /// Members know when it is.
        Called => "called",
        /// Members know what it is about: the agenda is frozen.
        AgendaPublished => "agenda_published",
        /// In session.
        Open => "open",
        /// Interrupted.
        InRecess => "in_recess",
        /// Over.
        Adjourned => "adjourned",
        /// Over, and its minutes are approved.
        MinutesApproved => "minutes_approved",
        /// It did not take place.
        Cancelled => "cancelled",
    }
}

crate::text_enum! {
    /// What can be done with a session.
    pub enum SessionAction {
        /// Tell members when it is.
        Call => "call",
        /// Freeze the agenda and show it to members.
        PublishAgenda => "publish-agenda",
        /// Begin.
        Open => "open",
        /// Interrupt it.
        Recess => "recess",
        /// Go on.
        Resume => "resume",
        /// End it.
        Adjourn => "adjourn",
        /// Record that members approved its minutes.
        ApproveMinutes => "approve-minutes",
        /// Give it up before it began.
        Cancel => "cancel",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<SessionStatus, SessionAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        SessionStatus::Draft,
        SessionAction::Call,
        SessionStatus::Called,
        AssembliesWrite,
    ),
    (
        SessionStatus::Draft,
        SessionAction::Cancel,
        SessionStatus::Cancelled,
        AssembliesWrite,
    ),
    (
        SessionStatus::Called,
        SessionAction::PublishAgenda,
        SessionStatus::AgendaPublished,
        SessionsClerk,
    ),
    (
        SessionStatus::Called,
        SessionAction::Cancel,
        SessionStatus::Cancelled,
        AssembliesWrite,
    ),
    (
        SessionStatus::AgendaPublished,
        SessionAction::Open,
        SessionStatus::Open,
        SessionsClerk,
    ),
    (
        SessionStatus::AgendaPublished,
        SessionAction::Cancel,
        SessionStatus::Cancelled,
        AssembliesWrite,
    ),
    (
        SessionStatus::Open,
        SessionAction::Recess,
        SessionStatus::InRecess,
        SessionsClerk,
    ),
    (
        SessionStatus::Open,
        SessionAction::Adjourn,
        SessionStatus::Adjourned,
        SessionsClerk,
    ),
    (
        SessionStatus::InRecess,
        SessionAction::Resume,
        SessionStatus::Open,
        SessionsClerk,
    ),
    (
        SessionStatus::InRecess,
        SessionAction::Adjourn,
        SessionStatus::Adjourned,
        SessionsClerk,
    ),
    (
        SessionStatus::Adjourned,
        SessionAction::ApproveMinutes,
        SessionStatus::MinutesApproved,
        MinutesApprove,
    ),
]);

impl SessionStatus {
    /// The states in which members are together.
    pub const CONVENED: [Self; 2] = [Self::Open, Self::InRecess];

    /// Whether it has not begun, and may still.
    #[must_use]
    pub fn is_before_opening(self) -> bool {
        matches!(self, Self::Draft | Self::Called | Self::AgendaPublished)
    }

    /// Whether anything of it can still be changed: not once it is over.
    #[must_use]
    pub fn is_changeable(self) -> bool {
        self.is_before_opening() || self.is_convened()
    }

    /// The states in which nothing is ahead any more.
    pub const OVER: [Self; 3] = [Self::Adjourned, Self::MinutesApproved, Self::Cancelled];

    /// Whether members are together.
    #[must_use]
    pub fn is_convened(self) -> bool {
        Self::CONVENED.contains(&self)
    }
}
