//! Changing, settling and reopening follow-ups.

use diesel::prelude::*;

use crate::briefings::follow_ups::adding::{check_day, check_owner, event, first_reminder};
use crate::briefings::follow_ups::model::{FollowUp, FollowUpStatus};
use crate::briefings::follow_ups::queries;
use crate::briefings::follow_ups::wire::UpdateFollowUp;
use crate::briefings::settings::Settings;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::FollowUpId;
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::schema::{briefings, follow_ups};

/// Locks a follow-up that exists for the caller, in this state, at the version the change was made
/// against.
fn load(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &FollowUpId,
    if_match: IfMatch,
    status: FollowUpStatus,
) -> Result<FollowUp, Problem> {
    queries::find(tx.conn, scope, id)?;
    let stored = Locked::<FollowUp>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    if stored.status == status {
        return Ok(stored.into_inner());
    }
    let shown = queries::represent_one(tx.conn, scope, FollowUp::clone(&stored))?;
    Err(Problem::new(
        Code::NotAllowedInState,
        format!("This is not possible with what is {}.", stored.status),
    )
    .with("state", stored.status.as_str())
    .with("allowed_actions", shown.allowed_actions))
}

fn store(tx: &mut Tx<'_>, mut row: FollowUp, kind: &'static str) -> Result<FollowUp, Problem> {
    let version = row.version;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(
        follow_ups::table
            .filter(follow_ups::id.eq(&row.id))
            .filter(follow_ups::version.eq(version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    let marking: Marking = briefings::table
        .filter(briefings::id.eq(&row.briefing_id))
        .select(briefings::marking)
        .first(tx.conn)?;
    tx.record(event(kind, &row, marking))?;
    Ok(row)
}

/// Changes what is to be done, who sees to it, or until when.
///
/// # Errors
///
/// 404; 409 once it is settled; 412; 422 with every broken rule.
pub fn update_follow_up(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &FollowUpId,
    if_match: IfMatch,
    change: &UpdateFollowUp,
) -> Result<FollowUp, Problem> {
    let mut row = load(tx, scope, id, if_match, FollowUpStatus::Open)?;
    let mut faults = Faults::default();
    if let Some(owner) = &change.owner_id {
        check_owner(tx, owner, "/owner_id", &mut faults)?;
    }
    if let Some(due_on) = change.due_on {
        check_day(settings, tx.now, due_on, "/due_on", &mut faults);
        row.due_on = due_on;
        row.remind_at = Some(first_reminder(settings, due_on, tx.now));
    }
    if let Some(owner) = change
        .owner_id
        .as_ref()
        .filter(|owner| **owner != row.owner_id)
    {
        // Whoever gets it from another learns of it at once.
        row.owner_id = owner.clone();
        row.remind_at = Some(tx.now);
    }
    faults.finish()?;
    if let Some(task) = &change.task {
        row.task = text::clean(task);
    }
    store(tx, row, "follow_up.updated")
}

/// Notes that something was done, or is not needed any more.
///
/// # Errors
///
/// 404; 409 when it is settled; 412.
pub fn settle_follow_up(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &FollowUpId,
    if_match: IfMatch,
    note: Option<&str>,
) -> Result<FollowUp, Problem> {
    let (me, _) = scope.person()?;
    let mut row = load(tx, scope, id, if_match, FollowUpStatus::Open)?;
    row.status = FollowUpStatus::Settled;
    row.note = text::clean_optional(note);
    row.settled_at = Some(tx.now);
    row.settled_by = Some(me.clone());
    row.remind_at = None;
    store(tx, row, "follow_up.settled")
}

/// Notes that something is to be done after all.
///
/// # Errors
///
/// 404; 409 when it is open; 412.
pub fn reopen_follow_up(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &FollowUpId,
    if_match: IfMatch,
) -> Result<FollowUp, Problem> {
    let mut row = load(tx, scope, id, if_match, FollowUpStatus::Settled)?;
    row.status = FollowUpStatus::Open;
    row.settled_at = None;
    row.settled_by = None;
    row.remind_at = Some(first_reminder(settings, row.due_on, tx.now));
    store(tx, row, "follow_up.reopened")
}
