//! Opening, closing and cancelling polls, under the lock of the session.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::motions::voting;
use crate::assemblies::polls::aggregate::{acquire, event, store};
use crate::assemblies::polls::choices::Choices;
use crate::assemblies::polls::commands::summary;
use crate::assemblies::polls::lifecycle::{LIFECYCLE, PollAction};
use crate::assemblies::polls::model::{Poll, PollOutcome, Voter};
use crate::assemblies::polls::secret;
use crate::assemblies::polls::tally::{Electorate, Rule, Tally, count};
use crate::assemblies::polls::visible::find;
use crate::assemblies::polls::wire::{PollCount, PollResult};
use crate::assemblies::quorum::checks::{Evaluation, check};
use crate::assemblies::quorum::model::QuorumOccasion;
use crate::assemblies::sessions;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::{Code, IfMatch, Problem};
use crate::kernel::id::{OrganizationId, PollId};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::schema::{ballots, organizations, poll_voters};

/// What came of opening a poll.
pub enum Opening {
    /// Members vote.
    Opened(Box<Poll>),
    /// No quorum is present: the check of it is kept, and nothing else was changed.
    Refused(Problem),
}

fn locked(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PollId,
    if_match: IfMatch,
) -> Result<(Locked<Session>, Locked<Poll>), Problem> {
    let found = find(tx.conn, scope, id)?;
    expect_office(scope, Permission::PollsWrite)?;
    let session = sessions::aggregate::acquire(tx, &found.session_id)?;
    let poll = acquire(tx, id)?;
    poll.expect(if_match)?;
    Ok((session, poll))
}

/// Opens a poll: the quorum is checked, the motion is put, who votes is fixed.
///
/// # Errors
///
/// 403; 404; 409 when it is not possible from here, the session is not in session, or the motion
/// cannot be put; 412.
pub fn open_poll(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PollId,
    if_match: IfMatch,
) -> Result<Opening, Problem> {
    let (session, stored) = locked(tx, scope, id, if_match)?;
    let mut row = Poll::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, PollAction::Open, |permission| {
        scope.oversees(permission)
    })?;
    expect_in_session(&session)?;
    let evaluation = check(tx, &session, QuorumOccasion::PollOpening, Some(id))?;
    if let Err(problem) = evaluation.expect_met() {
        return Ok(Opening::Refused(problem));
    }
    voting::put(tx, scope, &session, &stored.motion_id, id)?;
    row.opened_at = Some(tx.now);
    let row = store(tx, &stored, row)?;
    if row.is_secret() {
        secret::begin(tx, id)?;
    }
    fix_voters(tx, id, &evaluation)?;
    tx.record(event("poll.opened", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
        "seated": evaluation.reckoning.seated, "present": evaluation.reckoning.present,
    })))?;
    Ok(Opening::Opened(Box::new(row)))
}

/// Refuses what is done in a session that is not in session.
///
/// # Errors
///
/// 409.
pub fn expect_in_session(session: &Session) -> Result<(), Problem> {
    if session.status == SessionStatus::Open {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Votes are taken in session; the session is `{}`.",
            session.status
        ),
    )
    .with("state", session.status.as_str()))
}

/// Every jurisdiction that is seated now, with who may vote for it.
fn fix_voters(tx: &mut Tx<'_>, poll: &PollId, evaluation: &Evaluation) -> Result<(), Problem> {
    let standings = &evaluation.standings;
    let names: HashMap<OrganizationId, String> = organizations::table
        .filter(organizations::id.eq_any(standings.iter().map(|one| &one.seat.organization_id)))
        .select((organizations::id, organizations::name))
        .load::<(OrganizationId, String)>(tx.conn)?
        .into_iter()
        .collect();
    let voters: Vec<Voter> = standings
        .iter()
        .map(|standing| Voter {
            poll_id: poll.clone(),
            seat_id: standing.seat.id.clone(),
            organization_id: standing.seat.organization_id.clone(),
            organization_name: names
                .get(&standing.seat.organization_id)
                .cloned()
                .unwrap_or_default(),
            region: standing.seat.region.clone(),
            holder_id: Some(standing.holder.user_id.clone()),
            alternate_id: standing.alternate.as_ref().map(|one| one.user_id.clone()),
            proxy_id: standing.proxy.as_ref().map(|one| one.proxy_user_id.clone()),
            is_present: evaluation.present.contains(&standing.seat.id),
        })
        .collect();
    crate::insert_all!(&mut *tx.conn, poll_voters::table, voters.as_slice())?;
    Ok(())
}

/// Closes a poll: the ballots are counted, and the motion is carried or not. Without a quorum the
/// poll is void, and the motion stands where it stood before.
///
/// # Errors
///
/// 403; 404; 409 when it is not open; 412.
pub fn close_poll(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    id: &PollId,
    if_match: IfMatch,
) -> Result<Poll, Problem> {
    let (session, stored) = locked(tx, scope, id, if_match)?;
    let mut row = Poll::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, PollAction::Close, |permission| {
        scope.oversees(permission)
    })?;
    let evaluation = check(tx, &session, QuorumOccasion::PollClosing, Some(id))?;
    let found = &evaluation.reckoning;
    let electorate = electorate(tx.conn, id)?;
    let mut tally = tally(tx, keyring, &stored, electorate)?;
    if !found.is_met {
        tally = tally.without_quorum(found.present, found.required);
    }
    let result = result(&stored, tally, electorate, !found.is_met);
    row.closed_at = Some(tx.now);
    row.outcome = Some(result.outcome);
    row.result = Some(serde_json::to_string(&result).map_err(Problem::internal)?);
    let row = store(tx, &stored, row)?;
    if result.is_void {
        voting::release(tx, scope, &session, &row.motion_id, id)?;
    } else {
        let is_carried = result.outcome == PollOutcome::Carried;
        voting::settle(tx, scope, &session, &row.motion_id, id, is_carried)?;
    }
    tx.record(event("poll.closed", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row), "result": result,
    })))?;
    Ok(row)
}

fn electorate(conn: &mut Connection, poll: &PollId) -> Result<Electorate, Problem> {
    let of_it = || poll_voters::table.filter(poll_voters::poll_id.eq(poll));
    Ok(Electorate {
        seated: of_it().count().get_result(conn)?,
        present: of_it()
            .filter(poll_voters::is_present.eq(true))
            .count()
            .get_result(conn)?,
    })
}

fn tally(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    poll: &Poll,
    electorate: Electorate,
) -> Result<Tally, Problem> {
    let choices = Choices::of(poll);
    let rule = Rule {
        majority: poll.majority,
        base: poll.majority_of,
    };
    if poll.is_secret() {
        let opened = secret::reveal(tx, keyring, &poll.id, &choices)?;
        let cast = opened.iter().map(|ballot| ballot.choice.as_str());
        return Ok(count(rule, &choices, electorate, cast));
    }
    let cast: Vec<Option<String>> = ballots::table
        .filter(ballots::poll_id.eq(&poll.id))
        .select(ballots::choice)
        .load(tx.conn)?;
    let cast = cast.iter().filter_map(Option::as_deref);
    Ok(count(rule, &choices, electorate, cast))
}

fn result(poll: &Poll, tally: Tally, electorate: Electorate, is_void: bool) -> PollResult {
    PollResult {
        poll_id: poll.id.clone(),
        counts: tally
            .counts
            .into_iter()
            .map(|count| PollCount {
                choice: count.choice,
                votes: count.votes,
            })
            .collect(),
        abstentions: tally.abstentions,
        ballots: tally.ballots,
        not_voted: tally.not_voted,
        present: electorate.present,
        seated: electorate.seated,
        majority: poll.majority,
        majority_of: poll.majority_of,
        base: tally.base,
        threshold: tally.threshold,
        leading: tally.leading,
        is_void,
        outcome: tally.outcome,
        arithmetic: tally.arithmetic,
    }
}

/// Gives a poll up: nothing is counted, and of a secret poll nothing can be counted any more.
///
/// # Errors
///
/// 403; 404; 409 when it is closed or cancelled already; 412.
pub fn cancel_poll(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PollId,
    if_match: IfMatch,
    reason: &str,
) -> Result<Poll, Problem> {
    let (session, stored) = locked(tx, scope, id, if_match)?;
    let mut row = Poll::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, PollAction::Cancel, |permission| {
        scope.oversees(permission)
    })?;
    row.reason = Some(text::clean(reason));
    let row = store(tx, &stored, row)?;
    if row.opened_at.is_some() {
        voting::release(tx, scope, &session, &row.motion_id, id)?;
    }
    if row.is_secret() {
        secret::destroy(tx, id)?;
    }
    tx.record(event("poll.cancelled", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row), "reason": row.reason,
    })))?;
    Ok(row)
}
