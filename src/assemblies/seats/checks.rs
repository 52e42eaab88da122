//! What has to hold before somebody is given a seat.

use diesel::prelude::*;

use crate::assemblies::commands::refuse_exceeded;
use crate::assemblies::composition::exceeded;
use crate::assemblies::model::Assembly;
use crate::assemblies::queries::{counted, seats_of};
use crate::assemblies::rules;
use crate::assemblies::seats::incumbency::{is_in_office, roles_of};
use crate::assemblies::seats::lifecycle::{Capacity, SeatStatus};
use crate::assemblies::seats::model::Seat;
use crate::kernel::day::Day;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{OrganizationId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{seat_occupancies, seats};

/// Notes that somebody cannot sit for a jurisdiction. Whoever is not of it is not told whether the
/// account exists.
///
/// # Errors
///
/// When the database fails.
pub fn person(
    conn: &mut Connection,
    user: &UserId,
    organization: &OrganizationId,
    capacity: Capacity,
    pointer: &str,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let is_fit = is_in_office(conn, user, organization, roles_of(capacity))?;
    let detail = match capacity {
        Capacity::Holder => "names no active account of a leader of the jurisdiction",
        Capacity::Alternate => {
            "names no active account of a leader or of staff of the jurisdiction"
        }
    };
    faults.require(is_fit, pointer, "unknown_reference", detail);
    Ok(())
}

/// Notes that somebody sits in the assembly already: a person acts for one seat.
///
/// # Errors
///
/// When the database fails.
pub fn sits_nowhere(
    tx: &mut Tx<'_>,
    assembly: &Assembly,
    user: &UserId,
    pointer: &str,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let found: i64 = seat_occupancies::table
        .inner_join(seats::table)
        .filter(seats::assembly_id.eq(&assembly.id))
        .filter(seat_occupancies::user_id.eq(user))
        .filter(
            seat_occupancies::ends_at
                .is_null()
                .or(seat_occupancies::ends_at.gt(tx.now)),
        )
        .count()
        .get_result(tx.conn)?;
    faults.require(
        found == 0,
        pointer,
        "taken",
        "sits in this assembly already: a person acts for one seat",
    );
    Ok(())
}

/// The instants of a term within the cohort; `None` after noting what is wrong with it.
pub fn term(
    assembly: &Assembly,
    starts_on: Day,
    ends_on: Day,
    faults: &mut Faults,
) -> Option<(Timestamp, Timestamp)> {
    faults.require(
        assembly.starts_on <= starts_on,
        "/starts_on",
        "out_of_range",
        "lies before the cohort of the assembly",
    );
    faults.require(
        ends_on <= assembly.ends_on,
        "/ends_on",
        "out_of_range",
        "lies after the cohort of the assembly",
    );
    rules::check_days(starts_on, ends_on, assembly.zone(), faults)
}

/// Refuses a seat, as it would be, that the rules of composition have no room for. The assembly is
/// locked.
///
/// # Errors
///
/// 409 `composition_exceeded`, naming every rule.
pub fn room(tx: &mut Tx<'_>, assembly: &Assembly, row: &Seat) -> Result<(), Problem> {
    let all = seats_of(tx.conn, &assembly.id, tx.now)?;
    let is_other = |seat: &&Seat| seat.id != row.id;
    let composition = assembly.composition();
    let before: Vec<_> = all.iter().map(counted).collect();
    let after: Vec<_> = all
        .iter()
        .filter(is_other)
        .chain([row])
        .map(counted)
        .collect();
    refuse_exceeded(exceeded(
        &composition.count(&before),
        composition.count(&after),
    ))
}

/// The live seat of a jurisdiction in an assembly, if it has one.
///
/// # Errors
///
/// When the database fails.
pub fn seat_of(
    conn: &mut Connection,
    assembly: &Assembly,
    organization: &OrganizationId,
) -> Result<Option<SeatId>, Problem> {
    Ok(seats::table
        .filter(seats::assembly_id.eq(&assembly.id))
        .filter(seats::organization_id.eq(organization))
        .filter(seats::status.ne_all([SeatStatus::Declined, SeatStatus::Retired]))
        .select(seats::id)
        .first(conn)
        .optional()?)
}
