//! Drafting, editing, approving and correcting minutes.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::minutes::aggregate::{acquire, event, insert, of_session, store};
use crate::assemblies::minutes::drafting;
use crate::assemblies::minutes::drafting::markdown::is_plain;
use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::{ApprovalBasis, Correction, Minutes};
use crate::assemblies::minutes::wire::{ApproveMinutes, CorrectMinutes, EditMinutes};
use crate::assemblies::minutes::{queries, records, seal};
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::PollOutcome;
use crate::assemblies::sessions;
use crate::assemblies::sessions::lifecycle::{LIFECYCLE, SessionAction, SessionStatus};
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::find;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblySessionId, PollId};
use crate::kernel::text;
use crate::schema::{assembly_sessions, minutes_corrections, minutes_records, polls};

/// Locks a session that the caller sees.
fn locked(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    permission: Permission,
) -> Result<Locked<Session>, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, permission)?;
    sessions::aggregate::acquire(tx, id)
}

fn refused(scope: &Scope, row: &Minutes) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!(
            "This is not possible while the minutes are `{}`.",
            row.status
        ),
    )
    .with("state", row.status.as_str())
    .with("allowed_actions", queries::allowed_actions(row, scope))
}

/// The minutes of a locked session, locked too, at the version that the change was made against.
fn editable(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &Locked<Session>,
    if_match: IfMatch,
    status: MinutesStatus,
) -> Result<Locked<Minutes>, Problem> {
    let stored = acquire(tx, &session.id)?;
    stored.expect(if_match)?;
    if stored.status == status {
        return Ok(stored);
    }
    Err(refused(scope, &stored))
}

/// Drafts the minutes from the records, in place of the draft that there is. Tells whether it is
/// the first.
///
/// # Errors
///
/// 404; 403; 409 before the session is adjourned, and once they are approved; 412 and 428 when
/// there is a draft already.
pub fn draft(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: Option<IfMatch>,
) -> Result<(Minutes, bool), Problem> {
    let session = locked(tx, scope, id, Permission::MinutesWrite)?;
    let Some(stored) = of_session(tx.conn, id)? else {
        if session.status != SessionStatus::Adjourned {
            return Err(Problem::new(
                Code::NotAllowedInState,
                "Minutes are drafted once the session is adjourned.",
            )
            .with("state", session.status.as_str()));
        }
        let text = drafting::draft(tx.conn, &session)?;
        let row = insert(tx, id, text)?;
        tx.record(event("minutes.drafted", &session, &row).payload(json!({"session_id": id})))?;
        return Ok((row, true));
    };
    let if_match = if_match.ok_or_else(|| {
        Problem::new(
            Code::PreconditionRequired,
            "There is a draft, which would be replaced: send its ETag as If-Match.",
        )
        .with("current_version", stored.version)
    })?;
    let stored = editable(tx, scope, &session, if_match, MinutesStatus::Draft)?;
    let mut row = Minutes::clone(&stored);
    row.text = drafting::draft(tx.conn, &session)?;
    let row = store(tx, &stored, row)?;
    tx.record(event("minutes.drafted", &session, &row).payload(json!({"session_id": id})))?;
    Ok((row, false))
}

/// Checks a text that is to be kept as it is: no control characters but line breaks and tabs, and
/// nothing that turns the direction of writing, by which it would show as something else.
fn check_text(given: &str, pointer: &str, faults: &mut Faults) -> String {
    let cleaned = text::clean(&given.replace("\r\n", "\n"));
    faults.require(
        cleaned.chars().all(is_plain),
        pointer,
        "control_character",
        "must have no control characters but line breaks and tabs, and none that turn the direction of writing",
    );
    cleaned
}

/// Edits the text of a draft.
///
/// # Errors
///
/// 404; 403; 409 once they are approved; 412; 422 for control characters.
pub fn edit(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &EditMinutes,
) -> Result<Minutes, Problem> {
    let session = locked(tx, scope, id, Permission::MinutesWrite)?;
    let stored = editable(tx, scope, &session, if_match, MinutesStatus::Draft)?;
    let mut faults = Faults::default();
    let mut row = Minutes::clone(&stored);
    row.text = check_text(&input.text, "/text", &mut faults);
    row.text.push('\n');
    faults.finish()?;
    let row = store(tx, &stored, row)?;
    tx.record(event("minutes.edited", &session, &row).payload(json!({
        "session_id": id,
        "before": {"text_hash": records::hash_of(&stored.text)?},
        "after": {"text_hash": records::hash_of(&row.text)?},
    })))?;
    Ok(row)
}

/// Whether members voted for it once the session was over: what they decided in it was about
/// something else.
fn is_carried(tx: &mut Tx<'_>, session: &Session, poll: &PollId) -> Result<bool, Problem> {
    let found = polls::table
        .inner_join(assembly_sessions::table)
        .filter(polls::id.eq(poll))
        .filter(polls::status.eq(PollStatus::Closed))
        .filter(polls::outcome.eq(PollOutcome::Carried))
        .filter(polls::session_id.ne(&session.id))
        .filter(polls::opened_at.gt(session.adjourned_at))
        .filter(assembly_sessions::assembly_id.eq(&session.assembly_id));
    Ok(diesel::select(exists(found)).get_result(tx.conn)?)
}

/// Records that members approved the minutes: they get a hash over their text and every record of
/// the session, which has run its course with that.
///
/// # Errors
///
/// 404; 403; 409 once they are approved; 412; 422 when the poll did not carry, or is not of a
/// later session of the assembly.
pub fn approve(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &ApproveMinutes,
) -> Result<Minutes, Problem> {
    let session = locked(tx, scope, id, Permission::MinutesApprove)?;
    let stored = editable(tx, scope, &session, if_match, MinutesStatus::Draft)?;
    let mut changed = Session::clone(&session);
    changed.status = LIFECYCLE.after(
        session.status,
        SessionAction::ApproveMinutes,
        |permission| scope.oversees(permission),
    )?;
    let mut faults = Faults::default();
    let by_poll = input.basis == ApprovalBasis::Poll;
    match &input.poll_id {
        Some(_) if !by_poll => faults.add(
            "/poll_id",
            "not_expected",
            "belongs to the basis `poll` only",
        ),
        None if by_poll => faults.add("/poll_id", "required", "names the poll that carried it"),
        Some(poll) => faults.require(
            is_carried(tx, &session, poll)?,
            "/poll_id",
            "not_carried",
            "must be a poll that carried in a later session of this assembly",
        ),
        None => {}
    }
    faults.finish()?;
    let session = sessions::aggregate::store(tx, &session, changed)?;
    let mut row = Minutes::clone(&stored);
    row.status = MinutesStatus::Approved;
    row.basis = Some(input.basis);
    row.basis_poll_id.clone_from(&input.poll_id);
    row.approved_by = scope.user().cloned();
    row.approved_at = Some(tx.now);
    let hashes = records::of_session(tx.conn, id)?;
    let hash = seal::of_minutes(&row, &hashes)?;
    row.hash = Some(hash.clone());
    for record in &hashes {
        diesel::insert_into(minutes_records::table)
            .values(record.clone())
            .execute(tx.conn)?;
    }
    let row = store(tx, &stored, row)?;
    tx.record(
        sessions::aggregate::event("assembly_session.minutes_approved", &session)
            .payload(json!({"hash": hash})),
    )?;
    tx.record(event("minutes.approved", &session, &row).payload(json!({
        "session_id": id,
        "basis": row.basis,
        "poll_id": row.basis_poll_id,
        "hash": hash,
        "records": hashes.len(),
    })))?;
    Ok(row)
}

/// Appends a correction.
///
/// # Errors
///
/// 404; 403; 409 while they are a draft; 412; 422 for control characters.
pub fn correct(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &CorrectMinutes,
) -> Result<(Minutes, Correction), Problem> {
    let session = locked(tx, scope, id, Permission::MinutesApprove)?;
    let stored = editable(tx, scope, &session, if_match, MinutesStatus::Approved)?;
    let mut faults = Faults::default();
    let text = check_text(&input.text, "/text", &mut faults);
    let reason = check_text(&input.reason, "/reason", &mut faults);
    faults.finish()?;
    let last: Option<(i64, String)> = minutes_corrections::table
        .filter(minutes_corrections::session_id.eq(id))
        .order(minutes_corrections::ordinal.desc())
        .select((minutes_corrections::ordinal, minutes_corrections::hash))
        .first(tx.conn)
        .optional()?;
    let (ordinal, previous) = match last {
        Some((ordinal, hash)) => (ordinal, hash),
        None => (0, stored.hash.clone().unwrap_or_default()),
    };
    let actor = tx.context().actor.clone();
    let mut correction = Correction {
        session_id: id.clone(),
        ordinal: ordinal + 1,
        text,
        reason,
        actor_kind: actor.kind().to_owned(),
        actor_id: actor.id().map(str::to_owned),
        hash: String::new(),
        created_at: tx.now,
    };
    correction.hash = seal::of_correction(&correction, &previous)?;
    diesel::insert_into(minutes_corrections::table)
        .values(correction.clone())
        .execute(tx.conn)?;
    let row = store(tx, &stored, Minutes::clone(&stored))?;
    tx.record(event("minutes.corrected", &session, &row).payload(json!({
        "session_id": id,
        "ordinal": correction.ordinal,
        "hash": correction.hash,
    })))?;
    Ok((row, correction))
}
