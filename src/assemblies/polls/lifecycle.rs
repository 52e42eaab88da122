//! The life cycle of a poll (docs/domain.md, "Assemblies").

use crate::kernel::access::Permission::PollsWrite;
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a poll stands.
    pub enum PollStatus {
        /// Being prepared; only the office sees it.
        Draft => "draft",
        /// Members vote.
        Open => "open",
        /// Counted.
        Closed => "closed",
        /// Without a result.
        Cancelled => "cancelled",
    }
}

crate::text_enum! {
    /// What can be done with a poll.
    pub enum PollAction {
        /// Fix who votes, and let them.
        Open => "open",
        /// Count.
        Close => "close",
        /// Give it up; nothing is counted.
        Cancel => "cancel",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<PollStatus, PollAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        PollStatus::Draft,
        PollAction::Open,
        PollStatus::Open,
        PollsWrite,
    ),
    (
        PollStatus::Draft,
        PollAction::Cancel,
        PollStatus::Cancelled,
        PollsWrite,
    ),
    (
        PollStatus::Open,
        PollAction::Close,
        PollStatus::Closed,
        PollsWrite,
    ),
    (
        PollStatus::Open,
        PollAction::Cancel,
        PollStatus::Cancelled,
        PollsWrite,
    ),
]);
