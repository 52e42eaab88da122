//! The steps of a session: called, agenda published, open, in recess, adjourned, cancelled.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::agenda::floor::end_speech;
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::presence::intervals;
use crate::assemblies::quorum::checks::{self, Evaluation};
use crate::assemblies::quorum::model::QuorumOccasion;
use crate::assemblies::sessions::aggregate::{acquire, event, store};
use crate::assemblies::sessions::commands::{assembly_of, expect_seated, summary};
use crate::assemblies::sessions::lifecycle::{LIFECYCLE, SessionAction};
use crate::assemblies::sessions::model::{Adjournment, Session};
use crate::assemblies::sessions::rules;
use crate::assemblies::sessions::visible::find;
use crate::assemblies::sessions::wire::AdjournAssemblySession;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblySessionId, PollId};
use crate::kernel::text;
use crate::schema::{agenda_items, polls, quorum_checks};

/// Locks a session for a step, and puts it into the state that the step leads to.
fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    action: SessionAction,
) -> Result<(Locked<Session>, Session), Problem> {
    find(tx.conn, scope, id)?;
    if let Some(permission) = LIFECYCLE.permission_for(action) {
        expect_office(scope, permission)?;
    }
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    let mut row = Session::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, action, |permission| {
        scope.oversees(permission)
    })?;
    Ok((stored, row))
}

fn finish(
    tx: &mut Tx<'_>,
    kind: &'static str,
    stored: &Locked<Session>,
    row: Session,
) -> Result<Session, Problem> {
    let row = store(tx, stored, row)?;
    tx.record(event(kind, &row).payload(json!({
        "before": summary(stored), "after": summary(&row),
        "adjournment": row.adjournment, "note": row.closing_note,
    })))?;
    Ok(row)
}

/// Calls members to a session.
///
/// # Errors
///
/// 404; 409 from another state, while it is held for legal review, or when the notice is too short;
/// 412; 422 with everything that is missing.
pub fn call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::Call)?;
    let assembly = assembly_of(tx, &stored)?;
    expect_seated(&assembly)?;
    let mut faults = Faults::default();
    rules::check_complete(&row, &assembly, tx.now, &mut faults);
    faults.finish()?;
    rules::check_legal_gate(&row, tx.now)?;
    rules::check_notice(&row, &assembly, tx.now)?;
    row.called_at = Some(tx.now);
    finish(tx, "assembly_session.called", &stored, row)
}

/// Freezes the agenda and shows it to members.
///
/// # Errors
///
/// 404; 409 from another state, or while the Federal Advisory Committee Act stands in the way; 412;
/// 422 when there is no item.
pub fn publish_agenda(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::PublishAgenda)?;
    let items: i64 = agenda_items::table
        .filter(agenda_items::session_id.eq(id))
        .count()
        .get_result(tx.conn)?;
    let mut faults = Faults::default();
    faults.require(
        items > 0,
        "/agenda_items",
        "min_items",
        "needs an item or more before the agenda is published",
    );
    faults.finish()?;
    rules::check_legal_gate(&row, tx.now)?;
    row.agenda_published_at = Some(tx.now);
    finish(tx, "assembly_session.agenda_published", &stored, row)
}

/// Opens a session. It may lack a quorum: then nothing can be put to a vote.
///
/// # Errors
///
/// 404; 409 from another state, long before its time, or while the Federal Advisory Committee Act
/// stands in the way; 412.
pub fn open(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::Open)?;
    expect_seated(&assembly_of(tx, &stored)?)?;
    // What was decided after the agenda was published counts from then on.
    rules::check_legal_gate(&row, row.legal_reviewed_at.unwrap_or(tx.now))?;
    rules::check_opening(&row, tx.now)?;
    let found = checks::check(tx, &stored, QuorumOccasion::Opening, None)?;
    row.has_quorum = found.reckoning.is_met;
    row.opened_at = Some(tx.now);
    finish(tx, "assembly_session.opened", &stored, row)
}

/// Interrupts a session. Whoever has the floor has spoken.
///
/// # Errors
///
/// 404; 409 from another state, or while a poll is open; 412.
pub fn recess(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
) -> Result<Session, Problem> {
    let (stored, row) = begin(tx, scope, id, if_match, SessionAction::Recess)?;
    expect_no_open_poll(tx, &stored)?;
    end_speech(tx, &stored.id)?;
    finish(tx, "assembly_session.recessed", &stored, row)
}

/// Goes on with a session.
///
/// # Errors
///
/// 404; 409 from another state; 412.
pub fn resume(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::Resume)?;
    let found = checks::check(tx, &stored, QuorumOccasion::Resumption, None)?;
    row.has_quorum = found.reckoning.is_met;
    finish(tx, "assembly_session.resumed", &stored, row)
}

/// Ends a session: everyone's presence, and the speech of whoever has the floor.
///
/// # Errors
///
/// 404; 409 from another state, while a poll is open, or for a reason that the quorum belies; 412.
pub fn adjourn(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &AdjournAssemblySession,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::Adjourn)?;
    expect_no_open_poll(tx, &stored)?;
    let found = checks::check(tx, &stored, QuorumOccasion::Adjournment, None)?;
    check_reason(tx, &stored, &found, input.reason)?;
    end_speech(tx, &stored.id)?;
    intervals::end_all(tx, id)?;
    row.has_quorum = false;
    row.adjourned_at = Some(tx.now);
    row.adjournment = Some(input.reason);
    row.closing_note = text::clean_optional(input.note.as_deref());
    finish(tx, "assembly_session.adjourned", &stored, row)
}

/// Gives a session up before it began.
///
/// # Errors
///
/// 404; 409 from another state; 412.
pub fn cancel(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    reason: &str,
) -> Result<Session, Problem> {
    let (stored, mut row) = begin(tx, scope, id, if_match, SessionAction::Cancel)?;
    row.closing_note = Some(text::clean(reason));
    finish(tx, "assembly_session.cancelled", &stored, row)
}

fn check_reason(
    tx: &mut Tx<'_>,
    session: &Session,
    found: &Evaluation,
    reason: Adjournment,
) -> Result<(), Problem> {
    match reason {
        Adjournment::NoQuorum if found.reckoning.is_met => Err(Problem::new(
            Code::Conflict,
            "A quorum is present: the session is not adjourned for lack of one.",
        )
        .with("present", found.reckoning.present)
        .with("required", found.reckoning.required)),
        Adjournment::BusinessConcluded => {
            // The check of this instant is among them.
            let met: i64 = quorum_checks::table
                .filter(quorum_checks::session_id.eq(&session.id))
                .filter(quorum_checks::is_met.eq(true))
                .count()
                .get_result(tx.conn)?;
            if met > 0 {
                return Ok(());
            }
            found.expect_met()
        }
        _ => Ok(()),
    }
}

fn expect_no_open_poll(tx: &mut Tx<'_>, session: &Session) -> Result<(), Problem> {
    let open: Vec<PollId> = polls::table
        .filter(polls::session_id.eq(&session.id))
        .filter(polls::status.eq(PollStatus::Open))
        .order(polls::id)
        .select(polls::id)
        .load(tx.conn)?;
    if open.is_empty() {
        return Ok(());
    }
    Err(
        Problem::new(Code::Conflict, "A poll is open: close or cancel it first.").with(
            "polls",
            open.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ),
    )
}
