//! Preparing polls.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::model::Assembly;
use crate::assemblies::motions;
use crate::assemblies::motions::workflow::MotionStatus;
use crate::assemblies::polls::aggregate::{acquire, event, store};
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::Poll;
use crate::assemblies::polls::represent::allowed_actions;
use crate::assemblies::polls::rules;
use crate::assemblies::polls::visible::find;
use crate::assemblies::polls::wire::{CreatePoll, UpdatePoll};
use crate::assemblies::sessions;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{MotionId, PollId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::schema::polls;

/// What the journal says of a poll.
#[must_use]
pub fn summary(poll: &Poll) -> Value {
    json!({
        "status": poll.status,
        "kind": poll.kind,
        "question": poll.question,
        "options": poll.list(),
        "majority": poll.majority,
        "majority_of": poll.majority_of,
        "is_replaceable": poll.is_replaceable,
        "outcome": poll.outcome,
    })
}

/// Drafts a poll on a motion that was moved, in the session in which the motion is taken up.
///
/// # Errors
///
/// 403; 404; 409 when the session is over; 422 with every broken rule.
pub fn create_poll(
    tx: &mut Tx<'_>,
    scope: &Scope,
    motion: &MotionId,
    input: &CreatePoll,
) -> Result<Poll, Problem> {
    let motion = motions::visible::find(tx.conn, scope, motion)?;
    expect_office(scope, Permission::PollsWrite)?;
    let session = sessions::aggregate::acquire(tx, &motion.session_id)?;
    if !session.status.is_changeable() {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The session is over; a motion can be taken up in a later one.",
        )
        .with("state", session.status.as_str()));
    }
    if motion.status == MotionStatus::Draft {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The motion has not been moved yet.",
        )
        .with("state", motion.status.as_str()));
    }
    let assembly = Assembly::load(tx.conn, session.assembly_id.as_str())?
        .ok_or_else(|| Problem::internal("a session without an assembly"))?;
    let mut faults = Faults::default();
    let options = input
        .options
        .as_deref()
        .map(|options| rules::options(options, &mut faults))
        .transpose()?;
    faults.finish()?;
    let row = Poll {
        id: PollId::fresh(),
        session_id: session.id.clone(),
        question: input
            .question
            .as_deref()
            .map_or_else(|| motion.title.clone(), text::clean),
        motion_id: motion.id,
        kind: input.kind,
        status: PollStatus::Draft,
        options,
        majority: input.majority,
        majority_of: input.majority_of,
        is_replaceable: input
            .is_replaceable
            .unwrap_or(assembly.is_ballot_replaceable),
        opened_at: None,
        closed_at: None,
        outcome: None,
        result: None,
        reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(polls::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("poll.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

/// Changes a poll that is a draft.
///
/// # Errors
///
/// 403; 404; 409 once it was opened; 412; 422 with every broken rule.
pub fn update_poll(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PollId,
    if_match: IfMatch,
    change: &UpdatePoll,
) -> Result<Poll, Problem> {
    let found = find(tx.conn, scope, id)?;
    expect_office(scope, Permission::PollsWrite)?;
    sessions::aggregate::acquire(tx, &found.session_id)?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    if stored.status != PollStatus::Draft {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "This is not possible while the state is `{}`.",
                stored.status
            ),
        )
        .with("state", stored.status.as_str())
        .with("allowed_actions", allowed_actions(&stored, scope)));
    }
    let mut row = Poll::clone(&stored);
    let mut faults = Faults::default();
    match &change.options {
        Patch::Keep => {}
        Patch::Clear => row.options = None,
        Patch::Set(options) => row.options = Some(rules::options(options, &mut faults)?),
    }
    faults.finish()?;
    if let Some(question) = &change.question {
        row.question = text::clean(question);
    }
    row.kind = change.kind.unwrap_or(row.kind);
    row.majority = change.majority.unwrap_or(row.majority);
    row.majority_of = change.majority_of.unwrap_or(row.majority_of);
    row.is_replaceable = change.is_replaceable.unwrap_or(row.is_replaceable);
    let row = store(tx, &stored, row)?;
    tx.record(event("poll.updated", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}
