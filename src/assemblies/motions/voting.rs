//! What a poll does with the motion that it is about. Polls call this; the session is locked by then,
//! and the motion is locked here.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::motions::aggregate::{Taken, acquire, add_step, event, keep_text, store};
use crate::assemblies::motions::amendments::{
    expect_decided, expect_none_in_vote, expect_open, merged,
};
use crate::assemblies::motions::drafting::refused;
use crate::assemblies::motions::model::Motion;
use crate::assemblies::motions::steps::{lead, rules_of};
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus};
use crate::assemblies::sessions::model::Session;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{MotionId, PollId};
use crate::schema::motion_steps;

/// Puts a motion to the vote: a poll on it is opened. An amendment has to fit the text of a motion
/// that is before the assembly, and amendments are decided before the motion, one at a time.
///
/// # Errors
///
/// 404; 409 where the assembly's table has no such step, in another session than the motion's, while
/// amendments stand in the way, or `amendment_conflict`.
pub fn put(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &Locked<Session>,
    motion: &MotionId,
    poll: &PollId,
) -> Result<Motion, Problem> {
    let stored = acquire(tx, motion)?;
    let (workflow, _) = rules_of(tx, &stored)?;
    let mut row = Motion::clone(&stored);
    row.status = lead(tx, scope, &workflow, &stored, MotionAction::Put)?;
    if stored.session_id != session.id {
        let detail = "The motion is not taken up in this session.";
        return Err(
            refused(tx, scope, &stored, detail)?.with("session_id", stored.session_id.as_str())
        );
    }
    if let Some(parent) = lock_parent(tx, &stored)? {
        expect_open(&parent)?;
        expect_none_in_vote(tx.conn, &parent.id, Some(&stored.id))?;
        merged(tx.conn, &stored, &parent)?;
    }
    expect_decided(tx.conn, &workflow, &stored.id)?;
    take(
        tx,
        session,
        &stored,
        row,
        poll,
        (MotionAction::Put, "motion.put"),
    )
}

fn lock_parent(tx: &mut Tx<'_>, amendment: &Motion) -> Result<Option<Locked<Motion>>, Problem> {
    amendment
        .amends_id
        .as_ref()
        .map(|id| acquire(tx, id))
        .transpose()
}

/// The poll is closed: the motion is carried or not. An amendment that is carried becomes the text of
/// the motion that it amends.
///
/// # Errors
///
/// 404; 409 when the motion is not in the vote.
pub fn settle(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &Locked<Session>,
    motion: &MotionId,
    poll: &PollId,
    is_carried: bool,
) -> Result<Motion, Problem> {
    let stored = in_vote(tx, scope, motion)?;
    let (workflow, _) = rules_of(tx, &stored)?;
    let (action, usual, kind) = if is_carried {
        (MotionAction::Carry, MotionStatus::Carried, "motion.carried")
    } else {
        (MotionAction::Fail, MotionStatus::Failed, "motion.failed")
    };
    let mut row = Motion::clone(&stored);
    // A vote that was taken counts, whatever the table has forgotten.
    row.status = workflow.after(stored.status, action).unwrap_or(usual);
    let row = take(tx, session, &stored, row, poll, (action, kind))?;
    if is_carried && let Some(parent) = lock_parent(tx, &row)? {
        amend(tx, session, &row, &parent, poll)?;
    }
    Ok(row)
}

/// The poll was cancelled: the motion stands where it stood before it was put.
///
/// # Errors
///
/// 404; 409 when the motion is not in the vote.
pub fn release(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &Locked<Session>,
    motion: &MotionId,
    poll: &PollId,
) -> Result<Motion, Problem> {
    let stored = in_vote(tx, scope, motion)?;
    let before: Option<MotionStatus> = motion_steps::table
        .filter(motion_steps::motion_id.eq(motion))
        .filter(motion_steps::action.eq(MotionAction::Put))
        .order(motion_steps::ordinal.desc())
        .select(motion_steps::from_status)
        .first(tx.conn)
        .optional()?;
    let mut row = Motion::clone(&stored);
    row.status = before.unwrap_or(MotionStatus::Seconded);
    take(
        tx,
        session,
        &stored,
        row,
        poll,
        (MotionAction::Release, "motion.released"),
    )
}

fn in_vote(tx: &mut Tx<'_>, scope: &Scope, motion: &MotionId) -> Result<Locked<Motion>, Problem> {
    let stored = acquire(tx, motion)?;
    if stored.status == MotionStatus::InVote {
        return Ok(stored);
    }
    Err(refused(
        tx,
        scope,
        &stored,
        "The motion is not in the vote.",
    )?)
}

fn take(
    tx: &mut Tx<'_>,
    session: &Session,
    stored: &Locked<Motion>,
    row: Motion,
    poll: &PollId,
    (action, kind): (MotionAction, &'static str),
) -> Result<Motion, Problem> {
    let row = store(tx, stored, row)?;
    let taken = Taken {
        action,
        from: stored.status,
        session: Some(&session.id),
        poll: Some(poll),
        note: None,
    };
    add_step(tx, &row, taken)?;
    tx.record(event(kind, &row).payload(json!({
        "before": stored.status, "after": row.status, "poll_id": poll,
    })))?;
    Ok(row)
}

fn amend(
    tx: &mut Tx<'_>,
    session: &Session,
    amendment: &Motion,
    parent: &Locked<Motion>,
    poll: &PollId,
) -> Result<(), Problem> {
    let mut row = Motion::clone(parent);
    row.text = merged(tx.conn, amendment, parent)?;
    row.text_version += 1;
    let row = store(tx, parent, row)?;
    keep_text(tx, &row, Some(&amendment.id))?;
    let taken = Taken {
        action: MotionAction::Amend,
        from: parent.status,
        session: Some(&session.id),
        poll: Some(poll),
        note: amendment
            .number
            .map(|number| format!("By amendment {number}.")),
    };
    add_step(tx, &row, taken)?;
    tx.record(event("motion.amended", &row).payload(json!({
        "text_version": row.text_version, "amendment_id": amendment.id, "poll_id": poll,
    })))
}
