//! Casting ballots. As few statements as can be: a whole assembly votes within seconds.
//!
//! A ballot shares the session with the other ballots: opening, closing and cancelling a poll, and
//! coming and going, lock it and so wait for the ballots that are under way, and the ballots for them.
//! The primary key lets one ballot a seat through; whoever loses that race is tried again and finds
//! the other's.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::polls::aggregate::{event, own_event};
use crate::assemblies::polls::ballot_wire::CastBallot;
use crate::assemblies::polls::choices::Choices;
use crate::assemblies::polls::entitled::{expect_entitled, seat_meant};
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::{Ballot, BallotCapacity, Poll, PollKind, Voter};
use crate::assemblies::polls::running::expect_in_session;
use crate::assemblies::polls::secret::{Receipt, envelope};
use crate::assemblies::polls::visible::{hidden, visible};
use crate::assemblies::quorum::checks;
use crate::assemblies::sessions::model::Session;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx, among, constraint};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::PollId;
use crate::kernel::secrets::Keyring;
use crate::schema::{assembly_sessions, ballots, polls};

/// What came of casting a ballot.
pub struct Cast {
    /// The poll.
    pub poll: Poll,
    /// The ballot as it is stored.
    pub ballot: Ballot,
    /// Of a secret poll: what the voter finds their vote by.
    pub receipt: Option<Receipt>,
    /// Whether the seat had none before.
    pub is_new: bool,
}

/// Casts the ballot of a seat, or replaces it where the poll allows that to whoever cast it. The same
/// ballot again changes nothing.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 when the poll is not open, no quorum is present, or the seat has voted;
/// 422 for what is no choice of the poll.
pub fn cast_ballot(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    id: &PollId,
    input: &CastBallot,
) -> Result<Cast, Problem> {
    let (poll, session) = shared(tx, scope, id)?;
    expect_open(&poll)?;
    let voter = seat_meant(tx.conn, scope, &poll, input.seat_id.as_ref())?;
    let capacity = expect_entitled(tx, scope, &poll, &voter)?;
    let Some(place) = Choices::of(&poll).place_of(&input.choice) else {
        return Err(no_choice());
    };
    let vote = Vote {
        voter,
        capacity,
        choice: &input.choice,
        place,
    };
    let before: Option<Ballot> = ballots::table
        .filter(ballots::poll_id.eq(&poll.id))
        .filter(ballots::seat_id.eq(&vote.voter.seat_id))
        .select(Ballot::as_select())
        .first(tx.conn)
        .optional()?;
    match before {
        None => {
            expect_quorum(tx, &session)?;
            insert(tx, keyring, poll, &vote)
        }
        Some(before) => again(tx, keyring, poll, &session, before, &vote),
    }
}

/// What somebody votes, and for whom.
struct Vote<'a> {
    voter: Voter,
    capacity: BallotCapacity,
    choice: &'a str,
    place: u8,
}

/// The poll and its session, which stand still until the transaction ends.
fn shared(tx: &mut Tx<'_>, scope: &Scope, id: &PollId) -> Result<(Poll, Session), Problem> {
    Locked::<Session>::share_of(tx, ("polls", "session_id"), id.as_str())?;
    let found = polls::table
        .inner_join(assembly_sessions::table)
        .into_boxed()
        .filter(polls::id.eq(id.clone()))
        .filter(among(polls::id, visible(scope).select(polls::id)))
        .select((Poll::as_select(), Session::as_select()))
        .first(tx.conn)
        .optional()?;
    match found {
        Some(found) => Ok(found),
        None => Err(hidden(tx.conn, id)?),
    }
}

fn expect_open(poll: &Poll) -> Result<(), Problem> {
    if poll.status == PollStatus::Open {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Ballots are cast while the poll is open; it is `{}`.",
            poll.status
        ),
    )
    .with("state", poll.status.as_str()))
}

/// The session knows whether a quorum is present; only when it is not is it reckoned by how many.
fn expect_quorum(tx: &mut Tx<'_>, session: &Session) -> Result<(), Problem> {
    expect_in_session(session)?;
    if session.has_quorum {
        return Ok(());
    }
    checks::evaluate(tx.conn, session, tx.now)?.expect_met()
}

fn no_choice() -> Problem {
    let mut faults = Faults::default();
    faults.add("/choice", "enum", "is not one of the choices of the poll");
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a fault that is none"),
    }
}

fn already_voted() -> Problem {
    Problem::new(
        Code::AlreadyVoted,
        "The ballot of this jurisdiction is cast.",
    )
}

fn insert(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    poll: Poll,
    vote: &Vote<'_>,
) -> Result<Cast, Problem> {
    let (ballot, receipt) = fill(tx, keyring, &poll, vote)?;
    let inserted = diesel::insert_into(ballots::table)
        .values(&ballot)
        .execute(tx.conn);
    if let Err(error) = inserted {
        let columns = "ballots.poll_id, ballots.seat_id";
        if constraint::is_violated(&error, "ballots_pkey", columns) {
            return Err(already_voted().may_try_again());
        }
        return Err(error.into());
    }
    note(tx, "poll.ballot_cast", &poll, &ballot)?;
    Ok(Cast {
        poll,
        ballot,
        receipt,
        is_new: true,
    })
}

/// A second ballot of a seat: the same once more, another in its place, or one too many.
fn again(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    poll: Poll,
    session: &Session,
    before: Ballot,
    vote: &Vote<'_>,
) -> Result<Cast, Problem> {
    let actor = tx.context().actor.clone();
    let is_own = before.cast_by_kind == actor.kind() && before.cast_by_id.as_deref() == actor.id();
    if !is_own {
        return Err(already_voted());
    }
    let (is_same, receipt) = match &before.sealed {
        Some(sealed) => {
            let (place, receipt) =
                envelope(tx.conn, keyring, &poll.id)?.open(&before.seat_id, sealed)?;
            (place == vote.place, Some(receipt))
        }
        None => (before.choice.as_deref() == Some(vote.choice), None),
    };
    if is_same {
        return Ok(Cast {
            poll,
            ballot: before,
            receipt,
            is_new: false,
        });
    }
    if !poll.is_replaceable {
        return Err(already_voted());
    }
    expect_quorum(tx, session)?;
    let (ballot, receipt) = fill(tx, keyring, &poll, vote)?;
    diesel::update(
        ballots::table
            .filter(ballots::poll_id.eq(&ballot.poll_id))
            .filter(ballots::seat_id.eq(&ballot.seat_id)),
    )
    .set(&ballot)
    .execute(tx.conn)?;
    note(tx, "poll.ballot_replaced", &poll, &ballot)?;
    Ok(Cast {
        poll,
        ballot,
        receipt,
        is_new: false,
    })
}

/// The ballot as it is stored: of a secret poll sealed, and without a time.
fn fill(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    poll: &Poll,
    vote: &Vote<'_>,
) -> Result<(Ballot, Option<Receipt>), Problem> {
    let actor = tx.context().actor.clone();
    let mut ballot = Ballot {
        poll_id: poll.id.clone(),
        seat_id: vote.voter.seat_id.clone(),
        cast_by_kind: actor.kind().to_owned(),
        cast_by_id: actor.id().map(str::to_owned),
        capacity: vote.capacity,
        choice: None,
        sealed: None,
        cast_at: None,
    };
    if poll.is_secret() {
        let receipt = Receipt::draw()?;
        let envelope = envelope(tx.conn, keyring, &poll.id)?;
        ballot.sealed = Some(envelope.seal(&ballot.seat_id, vote.place, receipt)?);
        return Ok((ballot, Some(receipt)));
    }
    ballot.choice = Some(vote.choice.to_owned());
    ballot.cast_at = Some(tx.now);
    Ok((ballot, None))
}

/// Writes into the journal that a seat has voted; how, only where everyone knows it at once.
fn note(tx: &mut Tx<'_>, kind: &'static str, poll: &Poll, ballot: &Ballot) -> Result<(), Problem> {
    let event = if poll.kind == PollKind::RollCall {
        event(kind, poll).payload(json!({
            "seat_id": ballot.seat_id, "capacity": ballot.capacity, "choice": ballot.choice,
        }))
    } else {
        own_event(kind, poll).payload(json!({
            "seat_id": ballot.seat_id, "capacity": ballot.capacity,
        }))
    };
    tx.record(event)
}
