//! What happens in assemblies by itself: somebody leaves the office at home that the seat goes with, or
//! a time that was to end has ended. Whoever acts for a seat under its lock sees that at once; the
//! worker writes it down for those that nobody looks at.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::assemblies::seats::incumbency::{ALTERNATES, HOLDERS};
use crate::assemblies::seats::lifecycle::{Capacity, SeatStatus};
use crate::assemblies::seats::whole::acquire_in;
use crate::identity::model::UserStatus;
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblyId, SeatId};
use crate::schema::{memberships, seat_occupancies, seats, users};

/// How many seats are looked at in one transaction, at most. Each may change the quorum of a session,
/// and on SQLite everybody else waits with what they want to write.
const BATCH: i64 = 20;

/// Lets happen what is due to seats that nobody looks at. Returns how many it touched.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let mut due: BTreeSet<(AssemblyId, SeatId)> = BTreeSet::new();
    due.extend(without_holder(tx)?);
    due.extend(left(tx, Capacity::Holder, HOLDERS)?);
    due.extend(left(tx, Capacity::Alternate, ALTERNATES)?);
    // Assemblies are locked in the order of their ids.
    for (assembly, seat) in &due {
        acquire_in(tx, assembly, seat)?;
    }
    Ok(due.len())
}

/// Seats whose holder's time was to end, and has.
fn without_holder(tx: &mut Tx<'_>) -> Result<Vec<(AssemblyId, SeatId)>, Problem> {
    let holder = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(seats::id))
        .filter(seat_occupancies::capacity.eq(Capacity::Holder))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(tx.now)),
        );
    Ok(seats::table
        .filter(seats::status.eq(SeatStatus::Filled))
        .filter(not(exists(holder)))
        .order((seats::assembly_id, seats::id))
        .limit(BATCH)
        .select((seats::assembly_id, seats::id))
        .load(tx.conn)?)
}

/// Seats in which somebody sits whose account cannot be used any more, or who has none of these
/// roles in the jurisdiction.
fn left(
    tx: &mut Tx<'_>,
    capacity: Capacity,
    roles: &[Role],
) -> Result<Vec<(AssemblyId, SeatId)>, Problem> {
    let at_home = memberships::table
        .filter(memberships::user_id.eq(seat_occupancies::user_id))
        .filter(memberships::organization_id.eq(seats::organization_id))
        .filter(memberships::role.eq_any(roles.to_vec()));
    Ok(seat_occupancies::table
        .inner_join(seats::table)
        .inner_join(users::table)
        .filter(seats::status.eq(SeatStatus::Filled))
        .filter(seat_occupancies::capacity.eq(capacity))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(tx.now)),
        )
        .filter(
            users::status
                .ne(UserStatus::Active)
                .or(not(exists(at_home))),
        )
        .order((seats::assembly_id, seats::id))
        .limit(BATCH)
        .select((seats::assembly_id, seats::id))
        .load(tx.conn)?)
}
