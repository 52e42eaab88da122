//! Who may vote for which seat in a poll: who was named when it was opened, and still is.

use diesel::prelude::*;

use crate::assemblies::polls::model::{BallotCapacity, Poll, PollKind, Voter};
use crate::assemblies::presence::acting::{capacity_of, is_principal_there, not_entitled};
use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::entitlement::standings_of;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{SeatId, UserId};
use crate::schema::poll_voters;

/// Whether the caller records the answers of a roll call.
#[must_use]
pub fn is_clerk(scope: &Scope, poll: &Poll) -> bool {
    poll.kind == PollKind::RollCall && scope.oversees(Permission::SessionsClerk)
}

/// The seat that is meant: the one that is named, or the only one that the caller is named for.
///
/// # Errors
///
/// 403 when the caller is named for none; 422 when for several, and does not say which.
pub fn seat_meant(
    conn: &mut Connection,
    scope: &Scope,
    poll: &Poll,
    named: Option<&SeatId>,
) -> Result<Voter, Problem> {
    let mut found = poll_voters::table
        .filter(poll_voters::poll_id.eq(poll.id.clone()))
        .into_boxed();
    if let Some(seat) = named {
        found = found.filter(poll_voters::seat_id.eq(seat.clone()));
    }
    if named.is_none() || !is_clerk(scope, poll) {
        let user: Option<UserId> = scope.user().cloned();
        found = found.filter(
            poll_voters::holder_id
                .eq(user.clone())
                .or(poll_voters::alternate_id.eq(user.clone()))
                .or(poll_voters::proxy_id.eq(user))
                .assume_not_null(),
        );
    }
    let mut voters: Vec<Voter> = found
        .order(poll_voters::seat_id)
        .select(Voter::as_select())
        .load(conn)?;
    if voters.iter().any(|voter| voter.is_present) {
        voters.retain(|voter| voter.is_present);
    }
    if voters.len() > 1 {
        let mut faults = Faults::default();
        faults.add(
            "/seat_id",
            "required",
            "is needed, because you act for more than one seat",
        );
        faults.finish()?;
    }
    voters.pop().ok_or_else(|| {
        not_entitled("You did not act for this seat, or for any, when the poll was opened.")
    })
}

/// In what capacity the caller votes for the seat.
///
/// # Errors
///
/// 403 when they do not, and why.
pub fn expect_entitled(
    tx: &mut Tx<'_>,
    scope: &Scope,
    poll: &Poll,
    voter: &Voter,
) -> Result<BallotCapacity, Problem> {
    if !voter.is_present {
        return Err(not_entitled(
            "The jurisdiction was not present when the poll was opened.",
        ));
    }
    let seat = std::slice::from_ref(&voter.seat_id);
    let standing = standings_of(tx.conn, seat, &poll.session_id, tx.now)?
        .pop()
        .ok_or_else(|| not_entitled("Nobody holds this seat any more."))?;
    if is_clerk(scope, poll) {
        return Ok(BallotCapacity::Clerk);
    }
    match capacity_of(tx.conn, scope, &standing, Permission::BallotsCast)? {
        Some(PresenceCapacity::Holder) if voter.holder_id.as_ref() == scope.user() => {
            Ok(BallotCapacity::Holder)
        }
        Some(PresenceCapacity::Alternate) if voter.alternate_id.as_ref() == scope.user() => {
            Ok(BallotCapacity::Alternate)
        }
        Some(PresenceCapacity::Proxy) if voter.proxy_id.as_ref() == scope.user() => {
            if is_principal_there(tx.conn, &standing)? {
                return Err(not_entitled(
                    "The holder or the alternate of this seat is present and votes for it.",
                ));
            }
            Ok(BallotCapacity::Proxy)
        }
        _ => Err(not_entitled(
            "You do not act for this seat in the capacity that you had when the poll was opened.",
        )),
    }
}
