//! Reading who votes, who has voted, and how, as far as that may be known.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::polls::ballot_wire::{
    Ballot, CountedBallot, CountedBallotQuery, CountedBallotSort, PollVoter, PollVoterQuery,
    PollVoterSort,
};
use crate::assemblies::polls::entitled::seat_meant;
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::{
    Ballot as Row, BallotCapacity, Poll, PollKind, SecretBallot, Voter,
};
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Page, PageRequest, Problem};
use crate::kernel::id::SeatId;
use crate::kernel::secrets::Keyring;
use crate::schema::{ballots, poll_voters, secret_ballots};

/// Whether everyone who sees the poll may see who voted how, or of a secret poll what was voted.
#[must_use]
pub fn is_shown(poll: &Poll) -> bool {
    match poll.kind {
        PollKind::RollCall => matches!(poll.status, PollStatus::Open | PollStatus::Closed),
        PollKind::Recorded | PollKind::Secret => poll.status == PollStatus::Closed,
    }
}

/// The ballot of a seat that the caller is named for.
///
/// # Errors
///
/// 403 when the caller is named for none; 422 when for several, and does not say which.
pub fn own(
    conn: &mut Connection,
    scope: &Scope,
    poll: &Poll,
    seat: Option<&SeatId>,
) -> Result<Ballot, Problem> {
    let voter = seat_meant(conn, scope, poll, seat)?;
    let row: Option<Row> = ballots::table
        .filter(ballots::poll_id.eq(&poll.id))
        .filter(ballots::seat_id.eq(&voter.seat_id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(shown(scope, poll, &voter.seat_id, row))
}

/// The ballot of a seat as the caller sees it.
#[must_use]
pub fn shown(scope: &Scope, poll: &Poll, seat: &SeatId, row: Option<Row>) -> Ballot {
    let me = scope.user().map(|user| user.as_str());
    let knows = |row: &Row| is_shown(poll) || row.cast_by_id.as_deref() == me;
    let known = row.as_ref().filter(|row| knows(row));
    Ballot {
        poll_id: poll.id.clone(),
        seat_id: seat.clone(),
        is_cast: row.is_some(),
        capacity: row.as_ref().map(|row| row.capacity),
        choice: known.and_then(|row| row.choice.clone()),
        cast_at: known.and_then(|row| row.cast_at),
        receipt: None,
    }
}

/// A page of the jurisdictions that were seated when the poll was opened.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list_voters(
    conn: &mut Connection,
    keyring: &Keyring,
    poll: &Poll,
    query: &PollVoterQuery,
) -> Result<Page<PollVoter>, Problem> {
    let request = PageRequest::within(keyring, query, poll.id.as_str())?;
    let base = || {
        let found = poll_voters::table
            .filter(poll_voters::poll_id.eq(poll.id.clone()))
            .into_boxed();
        match query.is_present {
            None => found,
            Some(is_present) => found.filter(poll_voters::is_present.eq(is_present)),
        }
    };
    let rows: Vec<Voter> = crate::seek!(
        base(), poll_voters::organization_name, poll_voters::seat_id,
        descending: query.sort == Some(PollVoterSort::OrganizationNameDescending),
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(Voter::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.organization_name.clone(), row.seat_id.to_string())
    });
    let cast: HashMap<SeatId, BallotCapacity> = ballots::table
        .filter(ballots::poll_id.eq(&poll.id))
        .filter(ballots::seat_id.eq_any(page.data.iter().map(|voter| &voter.seat_id)))
        .select((ballots::seat_id, ballots::capacity))
        .load::<(SeatId, BallotCapacity)>(conn)?
        .into_iter()
        .collect();
    Ok(page.map(|voter| PollVoter {
        has_voted: cast.contains_key(&voter.seat_id),
        capacity: cast.get(&voter.seat_id).copied(),
        seat_id: voter.seat_id,
        organization_id: voter.organization_id,
        organization_name: voter.organization_name,
        region: voter.region,
        holder_id: voter.holder_id,
        alternate_id: voter.alternate_id,
        proxy_id: voter.proxy_id,
        is_present: voter.is_present,
    }))
}

/// A page of the ballots that everyone may see.
///
/// # Errors
///
/// 400 for a cursor of another list; 409 while nobody may.
pub fn list_ballots(
    conn: &mut Connection,
    keyring: &Keyring,
    poll: &Poll,
    query: &CountedBallotQuery,
) -> Result<Page<CountedBallot>, Problem> {
    let request = PageRequest::within(keyring, query, poll.id.as_str())?;
    if !is_shown(poll) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "The ballots of a {} poll are shown once it is closed; it is `{}`.",
                poll.kind, poll.status
            ),
        )
        .with("state", poll.status.as_str()));
    }
    let is_descending = query.sort == Some(CountedBallotSort::KeyDescending);
    if poll.is_secret() {
        secret(conn, keyring, poll, query, &request, is_descending)
    } else if query.receipt.is_some() {
        Ok(request.page(keyring, Vec::new(), None, |_| {
            (String::new(), String::new())
        }))
    } else {
        named(conn, keyring, poll, &request, is_descending)
    }
}

fn secret(
    conn: &mut Connection,
    keyring: &Keyring,
    poll: &Poll,
    query: &CountedBallotQuery,
    request: &PageRequest,
    is_descending: bool,
) -> Result<Page<CountedBallot>, Problem> {
    let base = || {
        let found = secret_ballots::table
            .filter(secret_ballots::poll_id.eq(poll.id.clone()))
            .into_boxed();
        match &query.receipt {
            None => found,
            Some(receipt) => found.filter(secret_ballots::receipt.eq(receipt.clone())),
        }
    };
    let rows: Vec<SecretBallot> = crate::seek!(
        base(), secret_ballots::receipt, secret_ballots::receipt,
        descending: is_descending, after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(SecretBallot::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.receipt.clone(), row.receipt.clone())
    });
    Ok(page.map(|row| CountedBallot {
        receipt: Some(row.receipt),
        seat_id: None,
        organization_name: None,
        capacity: None,
        cast_at: None,
        choice: row.choice,
    }))
}

fn named(
    conn: &mut Connection,
    keyring: &Keyring,
    poll: &Poll,
    request: &PageRequest,
    is_descending: bool,
) -> Result<Page<CountedBallot>, Problem> {
    let base = || {
        ballots::table
            .filter(ballots::poll_id.eq(poll.id.clone()))
            .into_boxed()
    };
    let rows: Vec<Row> = crate::seek!(
        base(), ballots::seat_id, ballots::seat_id,
        descending: is_descending, after: request.after_as::<SeatId>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.seat_id.to_string(), row.seat_id.to_string())
    });
    let names: HashMap<SeatId, String> = poll_voters::table
        .filter(poll_voters::poll_id.eq(&poll.id))
        .filter(poll_voters::seat_id.eq_any(page.data.iter().map(|row| &row.seat_id)))
        .select((poll_voters::seat_id, poll_voters::organization_name))
        .load::<(SeatId, String)>(conn)?
        .into_iter()
        .collect();
    Ok(page.map(|row| CountedBallot {
        receipt: None,
        organization_name: names.get(&row.seat_id).cloned(),
        seat_id: Some(row.seat_id),
        capacity: Some(row.capacity),
        cast_at: row.cast_at,
        choice: row.choice.unwrap_or_default(),
    }))
}
