//! What else becomes of it when a briefing changes: reminders and mail follow.

use crate::briefings::invitations::commands::revoke_of_controlled;
use crate::briefings::lifecycle::{BriefingAction, BriefingStatus};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::changes::request::supersede_all;
use crate::briefings::rules::registration_closes_at;
use crate::briefings::wire::UpdateBriefing;
use crate::briefings::{notices, reminders};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;

/// After a change of its members.
///
/// # Errors
///
/// When the database fails.
pub(super) fn of_change(
    tx: &mut Tx<'_>,
    stored: &Locked<Briefing>,
    briefing: &Briefing,
    change: &UpdateBriefing,
) -> Result<(), Problem> {
    match &change.reminder_hours {
        Patch::Keep => {}
        Patch::Clear => reminders::set_hours(tx, &briefing.id, None)?,
        Patch::Set(hours) => reminders::set_hours(tx, &briefing.id, Some(hours))?,
    }
    if briefing.marking == Marking::Cui && stored.marking != Marking::Cui {
        notices::hush(tx, briefing)?;
        revoke_of_controlled(tx, briefing)?;
    }
    // What is not published was told to nobody, or its publication tells everyone.
    if briefing.status == BriefingStatus::Published {
        let is_moved = briefing.starts_at != stored.starts_at;
        if is_moved || change.reminder_hours != Patch::Keep {
            reminders::restart(tx, &briefing.id)?;
        }
        if briefing.is_other_appointment(stored) {
            notices::rescheduled(tx, briefing)?;
        }
    }
    // After the news, which takes the place of invitations that are held back.
    if registration_closes_at(briefing) != registration_closes_at(stored) {
        notices::closing_moved(tx, briefing)?;
    }
    Ok(())
}

/// After a step through its life cycle. What was published before, put off and is published again is
/// another appointment for those who had registered.
///
/// # Errors
///
/// When the database fails.
pub(super) fn of_step(
    tx: &mut Tx<'_>,
    stored: &Locked<Briefing>,
    briefing: &Briefing,
    action: BriefingAction,
) -> Result<(), Problem> {
    match action {
        BriefingAction::Publish => {
            reminders::restart(tx, &briefing.id)?;
            if stored.published_at.is_some() {
                notices::rescheduled(tx, briefing)?;
            }
            Ok(())
        }
        BriefingAction::Postpone | BriefingAction::Cancel => {
            reminders::stop(tx, &briefing.id)?;
            if action == BriefingAction::Cancel {
                supersede_all(tx, briefing)?;
            }
            // Nobody was told of what was never published.
            if stored.published_at.is_some() {
                notices::off(tx, briefing)?;
            }
            Ok(())
        }
        BriefingAction::Schedule | BriefingAction::Deliver | BriefingAction::Close => Ok(()),
    }
}
