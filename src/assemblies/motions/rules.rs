//! What can be done with a motion from where it stands. No I/O.

use crate::assemblies::motions::model::Motion;
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus, Workflow};
use crate::assemblies::sessions::lifecycle::SessionStatus;

/// What matters of a caller for one motion.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standing {
    /// Acts for the office as the clerk.
    pub is_clerk: bool,
    /// Opens polls for the office.
    pub opens_polls: bool,
    /// Acts for the seat that moves it.
    pub acts_for_mover: bool,
    /// Acts for a seat that may second it and has not.
    pub may_second: bool,
}

/// Whether motions are brought and taken up in a session that stands so.
#[must_use]
pub const fn takes_motions(session: SessionStatus) -> bool {
    matches!(
        session,
        SessionStatus::Called
            | SessionStatus::AgendaPublished
            | SessionStatus::Open
            | SessionStatus::InRecess
    )
}

/// Whether the step can be taken in a session that stands so. What was left undecided is put aside
/// after the session, until its minutes are approved; from then on in a later one.
#[must_use]
pub const fn is_possible_in(session: SessionStatus, action: MotionAction, is_clerk: bool) -> bool {
    takes_motions(session)
        || (matches!(session, SessionStatus::Adjourned)
            && is_clerk
            && matches!(
                action,
                MotionAction::Table | MotionAction::Refer | MotionAction::Withdraw
            ))
}

/// Where an action leads by the assembly's table. What was never moved can be moved or withdrawn,
/// whatever the table says: it has no number yet.
#[must_use]
pub fn after(workflow: &Workflow, motion: &Motion, action: MotionAction) -> Option<MotionStatus> {
    let is_possible =
        motion.number.is_some() || matches!(action, MotionAction::Move | MotionAction::Withdraw);
    workflow
        .after(motion.status, action)
        .filter(|_| is_possible && (motion.number.is_none() || action != MotionAction::Move))
}

/// Whether a motion in this state is before the assembly: it can be amended.
#[must_use]
pub const fn is_before_the_assembly(status: MotionStatus) -> bool {
    matches!(status, MotionStatus::Moved | MotionStatus::Seconded)
}

/// Whether nobody has decided about a motion in this state, and no poll is on.
#[must_use]
pub const fn is_undecided(status: MotionStatus) -> bool {
    is_before_the_assembly(status)
        || matches!(status, MotionStatus::Tabled | MotionStatus::Referred)
}

/// The states in which a motion is ready for the vote, or in it.
#[must_use]
pub fn awaiting_decision(workflow: &Workflow) -> Vec<MotionStatus> {
    MotionStatus::ALL
        .iter()
        .copied()
        .filter(|status| {
            *status == MotionStatus::InVote
                || (*status != MotionStatus::Draft
                    && workflow.after(*status, MotionAction::Put).is_some())
        })
        .collect()
}

/// Whether a motion that stands so can be brought before another assembly.
#[must_use]
pub const fn is_forwarded_from(status: MotionStatus) -> bool {
    matches!(status, MotionStatus::Carried | MotionStatus::Referred)
}

/// What this caller may do. `put` is done by opening a poll.
#[must_use]
pub fn allowed_actions(
    motion: &Motion,
    workflow: &Workflow,
    session: SessionStatus,
    caller: Standing,
) -> Vec<String> {
    let is_author = caller.acts_for_mover || caller.is_clerk;
    let may = |action: MotionAction| match action {
        MotionAction::Move | MotionAction::Withdraw => {
            is_author && is_possible_in(session, action, caller.is_clerk)
        }
        MotionAction::Second => (caller.may_second || caller.is_clerk) && takes_motions(session),
        // These name a later session where this one is over.
        MotionAction::Table
        | MotionAction::Refer
        | MotionAction::TakeUp
        | MotionAction::ReportBack => caller.is_clerk,
        MotionAction::Put => caller.opens_polls && session == SessionStatus::Open,
        MotionAction::Carry
        | MotionAction::Fail
        | MotionAction::Release
        | MotionAction::Amend
        | MotionAction::Forward => false,
    };
    let mut actions: Vec<String> = workflow
        .actions_from(motion.status)
        .filter(|action| may(*action) && after(workflow, motion, *action).is_some())
        .map(|action| action.to_string())
        .collect();
    if caller.is_clerk && is_forwarded_from(motion.status) {
        actions.push(MotionAction::Forward.to_string());
    }
    let is_draft = motion.status == MotionStatus::Draft;
    let is_rebased = motion.amends_id.is_some() && is_undecided(motion.status);
    if is_author && (is_draft || is_rebased) {
        actions.push("update".to_owned());
    }
    if is_author && is_draft {
        actions.push("delete".to_owned());
    }
    actions
}
