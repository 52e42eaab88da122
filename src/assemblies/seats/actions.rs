//! Who sits: filling and vacating seats, naming and dismissing alternates, ending nominations.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::quorum::checks::refresh_all;
use crate::assemblies::seats::aggregate::{event, store, summary};
use crate::assemblies::seats::checks;
use crate::assemblies::seats::incumbency::{End, dismiss, end, leave, sitting};
use crate::assemblies::seats::lifecycle::{Capacity, EndReason, LIFECYCLE, SeatAction, SeatStatus};
use crate::assemblies::seats::model::{Occupancy, Seat};
use crate::assemblies::seats::visible::leads;
use crate::assemblies::seats::whole::{Whole, acquire};
use crate::assemblies::seats::wire::{FillSeat, NameAlternate, VacateSeat};
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{OccupancyId, SeatId, UserId};
use crate::kernel::text;
use crate::schema::seat_occupancies;

/// Locks a seat for a step of its life cycle and answers where the step leads.
fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    action: SeatAction,
) -> Result<(Whole, SeatStatus), Problem> {
    let whole = acquire(tx, scope, id)?;
    let permissions = scope.permissions_in(&whole.seat.organization_id);
    if let Some(permission) = LIFECYCLE.permission_for(action) {
        if permission == Permission::AssembliesWrite {
            expect_office(scope, permission)?;
        } else {
            scope.expect(permission, &whole.seat.organization_id)?;
        }
    }
    whole.expect_going_on()?;
    whole.seat.expect(if_match)?;
    let after = LIFECYCLE.after(whole.seat.status, action, |permission| {
        permissions.contains(&permission)
    })?;
    Ok((whole, after))
}

/// Gives a seat to somebody.
///
/// # Errors
///
/// 403; 404; 409 from where it is not possible, and when the composition has no room; 412; 422 when
/// the person leads the jurisdiction no longer, or sits in the assembly already.
pub fn fill_seat(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    input: &FillSeat,
) -> Result<Seat, Problem> {
    let (whole, status) = begin(tx, scope, id, if_match, SeatAction::Fill)?;
    let seat = &whole.seat;
    if seat.ends_at <= tx.now {
        return Err(Problem::new(
            Code::Conflict,
            "The term of this seat is over: retire it and add another.",
        ));
    }
    let mut faults = Faults::default();
    let user = input.user_id.as_ref().or(seat.nominee_id.as_ref());
    let is_nominee = user == seat.nominee_id.as_ref();
    let office = text::clean_optional(input.office.as_deref())
        .or_else(|| seat.nominee_office.clone().filter(|_| is_nominee));
    faults.require(
        user.is_some(),
        "/user_id",
        "required",
        "is required: nobody is nominated",
    );
    faults.require(office.is_some(), "/office", "required", "is required");
    if let Some(user) = user {
        let (home, capacity) = (&seat.organization_id, Capacity::Holder);
        checks::person(tx.conn, user, home, capacity, "/user_id", &mut faults)?;
        checks::sits_nowhere(tx, &whole.assembly, user, "/user_id", &mut faults)?;
    }
    faults.finish()?;
    let (Some(user), Some(office)) = (user.cloned(), office) else {
        return Err(Problem::internal(
            "a holder without a name passed the checks",
        ));
    };
    let mut row = Seat::clone(seat);
    row.status = status;
    row.nominee_id = None;
    row.nominee_office = None;
    if input.affiliation.is_some() {
        row.affiliation = text::clean_optional(input.affiliation.as_deref());
    }
    checks::room(tx, &whole.assembly, &row)?;
    let row = store(tx, seat, row)?;
    let holder = sit(tx, &row, Capacity::Holder, &user, office)?;
    refresh_all(tx, &whole.assembly.id)?;
    tx.record(event("seat.filled", &row).payload(json!({
        "before": summary(seat), "after": summary(&row),
        "user_id": holder.user_id, "office": holder.office,
    })))?;
    Ok(row)
}

fn sit(
    tx: &mut Tx<'_>,
    seat: &Seat,
    capacity: Capacity,
    user: &UserId,
    office: String,
) -> Result<Occupancy, Problem> {
    let actor = tx.context().actor.clone();
    let row = Occupancy {
        id: OccupancyId::fresh(),
        seat_id: seat.id.clone(),
        capacity,
        user_id: user.clone(),
        office,
        starts_at: tx.now,
        ends_at: None,
        end_reason: None,
        end_note: None,
        started_by_kind: actor.kind().to_owned(),
        started_by_id: actor.id().map(str::to_owned),
        ended_by_kind: None,
        ended_by_id: None,
        created_at: tx.now,
    };
    diesel::insert_into(seat_occupancies::table)
        .values(row.clone())
        .execute(tx.conn)?;
    Ok(row)
}

/// Ends the time of a seat's holder, and of the alternate with it: now, or later.
///
/// # Errors
///
/// 403; 404; 409 from where it is not possible; 412; 422 for an instant that has passed.
pub fn vacate_seat(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    input: &VacateSeat,
) -> Result<Seat, Problem> {
    let (whole, _) = begin(tx, scope, id, if_match, SeatAction::Vacate)?;
    let mut faults = Faults::default();
    faults.require(
        input.effective_at.is_none_or(|at| tx.now <= at),
        "/effective_at",
        "in_the_past",
        "has passed: who could vote then stays as it was",
    );
    faults.finish()?;
    let note = text::clean_optional(input.note.as_deref());
    let when = End {
        at: input.effective_at.unwrap_or(tx.now),
        reason: input.end_reason,
        note: note.as_deref(),
    };
    let people = sitting(tx.conn, &whole.seat.id, tx.now)?;
    end(tx, &people, when)?;
    if when.at <= tx.now {
        return leave(tx, &whole.assembly, &whole.seat, &people, when);
    }
    let row = store(tx, &whole.seat, Seat::clone(&whole.seat))?;
    tx.record(event("seat.vacancy_scheduled", &row).payload(json!({
        "end_reason": when.reason, "note": when.note, "ends_at": when.at,
    })))?;
    Ok(row)
}

/// Refuses whoever neither leads the jurisdiction nor convenes the assembly.
fn expect_leader(scope: &Scope, seat: &Seat) -> Result<(), Problem> {
    if scope.oversees(Permission::AssembliesWrite) || leads(scope, &seat.organization_id) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "The leader of the jurisdiction decides who stands in, or the office.",
    ))
}

/// Names who stands in for the holder, in place of who did.
///
/// # Errors
///
/// 403; 404; 409 from where it is not possible; 412; 422 when the person is not of the jurisdiction,
/// or sits in the assembly already.
pub fn name_alternate(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    input: &NameAlternate,
) -> Result<Seat, Problem> {
    let (mut whole, _) = begin(tx, scope, id, if_match, SeatAction::NameAlternate)?;
    expect_leader(scope, &whole.seat)?;
    let mut faults = Faults::default();
    let (home, capacity) = (&whole.seat.organization_id, Capacity::Alternate);
    checks::person(
        tx.conn,
        &input.user_id,
        home,
        capacity,
        "/user_id",
        &mut faults,
    )?;
    checks::sits_nowhere(tx, &whole.assembly, &input.user_id, "/user_id", &mut faults)?;
    faults.finish()?;
    let people = sitting(tx.conn, &whole.seat.id, tx.now)?;
    let find = |capacity| people.iter().find(|one| one.capacity == capacity);
    if let Some(former) = find(Capacity::Alternate) {
        let when = End {
            at: tx.now,
            reason: EndReason::Replaced,
            note: None,
        };
        dismiss(tx, &whole.assembly, &whole.seat, former, when)?;
        whole.seat = Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    }
    let row = store(tx, &whole.seat, Seat::clone(&whole.seat))?;
    let office = text::clean(&input.office);
    let alternate = sit(tx, &row, Capacity::Alternate, &input.user_id, office)?;
    // Nobody stands in for a holder longer than the holder sits.
    let holder = find(Capacity::Holder);
    if let Some((at, reason)) = holder.and_then(|one| one.ends_at.zip(one.end_reason)) {
        let note = holder.and_then(|one| one.end_note.as_deref());
        end(
            tx,
            std::slice::from_ref(&alternate),
            End { at, reason, note },
        )?;
    }
    tx.record(event("seat.alternate_named", &row).payload(json!({
        "user_id": alternate.user_id, "office": alternate.office,
    })))?;
    Ok(row)
}

/// Ends the time of a seat's alternate.
///
/// # Errors
///
/// 403; 404; 409 when there is none; 412.
pub fn dismiss_alternate(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
) -> Result<Seat, Problem> {
    let (whole, _) = begin(tx, scope, id, if_match, SeatAction::DismissAlternate)?;
    expect_leader(scope, &whole.seat)?;
    let people = sitting(tx.conn, &whole.seat.id, tx.now)?;
    let Some(alternate) = people
        .iter()
        .find(|one| one.capacity == Capacity::Alternate)
    else {
        return Err(Problem::new(
            Code::Conflict,
            "Nobody stands in for the holder of this seat.",
        ));
    };
    let when = End {
        at: tx.now,
        reason: EndReason::Removed,
        note: None,
    };
    dismiss(tx, &whole.assembly, &whole.seat, alternate, when)
}

/// Ends a nomination, or takes a seat that nobody holds away.
///
/// # Errors
///
/// 403; 404; 409 from where it is not possible; 412.
pub fn close_seat(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    action: SeatAction,
    reason: Option<&str>,
) -> Result<Seat, Problem> {
    let (whole, status) = begin(tx, scope, id, if_match, action)?;
    let mut row = Seat::clone(&whole.seat);
    row.status = status;
    row.reason = text::clean_optional(reason);
    let row = store(tx, &whole.seat, row)?;
    let kind = match action {
        SeatAction::Retire => "seat.retired",
        SeatAction::WithdrawNomination => "seat.nomination_withdrawn",
        _ => "seat.declined",
    };
    tx.record(event(kind, &row).payload(json!({
        "before": summary(&whole.seat), "after": summary(&row),
    })))?;
    Ok(row)
}
