//! The steps that motions take. Each assembly has its own table; the usual one is here.
//!
//! States and actions are one vocabulary for all assemblies. A table says which action leads where:
//! one that has no `second` row takes motions up at once, one without `refer` keeps them in the room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::access::Permission::{self, MotionsWrite, PollsWrite, SessionsClerk};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a motion stands.
    pub enum MotionStatus {
        /// Being written.
        Draft => "draft",
        /// Brought; it waits for seconds.
        Moved => "moved",
        /// Before the assembly.
        Seconded => "seconded",
        /// Put aside.
        Tabled => "tabled",
        /// With a committee, or another body.
        Referred => "referred",
        /// A poll decides.
        InVote => "in_vote",
        /// Resolved.
        Carried => "carried",
        /// Not resolved.
        Failed => "failed",
        /// No longer brought.
        Withdrawn => "withdrawn",
    }
}

impl MotionStatus {
    /// Whether nothing leads out of it, in any table.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Carried | Self::Failed | Self::Withdrawn)
    }
}

crate::text_enum! {
    /// What can be done with a motion.
    pub enum MotionAction {
        /// Bring it; it gets its number.
        Move => "move",
        /// Support it, from another jurisdiction.
        Second => "second",
        /// No longer bring it.
        Withdraw => "withdraw",
        /// Put it aside.
        Table => "table",
        /// Take it up again.
        TakeUp => "take-up",
        /// Give it to a committee, or another body.
        Refer => "refer",
        /// Take it back from there.
        ReportBack => "report-back",
        /// Open a poll on it.
        Put => "put",
        /// The poll carried it.
        Carry => "carry",
        /// The poll did not.
        Fail => "fail",
        /// The poll was cancelled.
        Release => "release",
        /// An amendment of it carried: its text is another.
        Amend => "amend",
        /// Bring it before another assembly.
        Forward => "forward",
    }
}

impl MotionAction {
    /// What it takes to act so, in every table.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Move | Self::Second | Self::Withdraw => MotionsWrite,
            Self::Table
            | Self::TakeUp
            | Self::Refer
            | Self::ReportBack
            | Self::Amend
            | Self::Forward => SessionsClerk,
            Self::Put | Self::Carry | Self::Fail | Self::Release => PollsWrite,
        }
    }
}

/// The usual table.
pub const LIFECYCLE: Lifecycle<MotionStatus, MotionAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        MotionStatus::Draft,
        MotionAction::Move,
        MotionStatus::Moved,
        MotionsWrite,
    ),
    (
        MotionStatus::Draft,
        MotionAction::Withdraw,
        MotionStatus::Withdrawn,
        MotionsWrite,
    ),
    (
        MotionStatus::Moved,
        MotionAction::Second,
        MotionStatus::Seconded,
        MotionsWrite,
    ),
    (
        MotionStatus::Moved,
        MotionAction::Withdraw,
        MotionStatus::Withdrawn,
        MotionsWrite,
    ),
    (
        MotionStatus::Seconded,
        MotionAction::Table,
        MotionStatus::Tabled,
        SessionsClerk,
    ),
    (
        MotionStatus::Seconded,
        MotionAction::Refer,
        MotionStatus::Referred,
        SessionsClerk,
    ),
    (
        MotionStatus::Seconded,
        MotionAction::Withdraw,
        MotionStatus::Withdrawn,
        MotionsWrite,
    ),
    (
        MotionStatus::Seconded,
        MotionAction::Put,
        MotionStatus::InVote,
        PollsWrite,
    ),
    (
        MotionStatus::Tabled,
        MotionAction::TakeUp,
        MotionStatus::Seconded,
        SessionsClerk,
    ),
    (
        MotionStatus::Referred,
        MotionAction::ReportBack,
        MotionStatus::Seconded,
        SessionsClerk,
    ),
    (
        MotionStatus::InVote,
        MotionAction::Carry,
        MotionStatus::Carried,
        PollsWrite,
    ),
    (
        MotionStatus::InVote,
        MotionAction::Fail,
        MotionStatus::Failed,
        PollsWrite,
    ),
    (
        MotionStatus::InVote,
        MotionAction::Release,
        MotionStatus::Seconded,
        PollsWrite,
    ),
]);

/// A row of an assembly's table: from this state, this action leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "seconded", "action": "put", "to": "in_vote"}))]
pub struct WorkflowStep {
    /// Where the motion stands.
    pub from: MotionStatus,
    /// What is done.
    pub action: MotionAction,
    /// Where it stands then.
    pub to: MotionStatus,
}

/// An assembly's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Workflow(pub Vec<WorkflowStep>);

impl Default for Workflow {
    fn default() -> Self {
        Self(
            LIFECYCLE
                .transitions()
                .iter()
                .map(|&(from, action, to, _)| WorkflowStep { from, action, to })
                .collect(),
        )
    }
}

impl Workflow {
    /// Where this action leads from here, if anywhere.
    #[must_use]
    pub fn after(&self, from: MotionStatus, action: MotionAction) -> Option<MotionStatus> {
        self.0
            .iter()
            .find(|step| step.from == from && step.action == action)
            .map(|step| step.to)
    }

    /// The actions that the table has from here.
    pub fn actions_from(&self, from: MotionStatus) -> impl Iterator<Item = MotionAction> + '_ {
        self.0
            .iter()
            .filter(move |step| step.from == from)
            .map(|step| step.action)
    }
}
