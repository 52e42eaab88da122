//! Changing registrations. Whoever changes one holds the lock of its briefing, so that seats are
//! given in the order in which people came.

use actix_web::http::header;
use diesel::prelude::*;

use crate::briefings::access_data::erasing::{self, Cause};
use crate::briefings::check_ins::marks;
use crate::briefings::check_ins::rules::Said;
use crate::briefings::commands::acquire;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::queries;
use crate::briefings::registrations::seats::{event, promote_waiting, store};
use crate::briefings::registrations::wire::{CreateRegistration, UpdateRegistration};
use crate::briefings::rules;
use crate::directory::organizations::acting;
use crate::identity::model::fold_email;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationId};
use crate::kernel::text;
use crate::schema::{briefings, registrations};

/// Registers an attendee: with a seat when there is one and nobody waits, else in line.
///
/// # Errors
///
/// 404; 409 when registration is closed or the person is registered; 422 with every broken rule.
pub fn register_attendee(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    input: &CreateRegistration,
) -> Result<(Briefing, Registration), Problem> {
    let briefing = acquire(tx, scope, briefing_id)?;
    let mut faults = Faults::default();
    let sender = acting::organization(
        tx.conn,
        scope,
        input.organization_id.as_ref(),
        Permission::RegistrationsWrite,
        &mut faults,
    )?;
    faults.finish()?;
    let organization_id =
        sender.ok_or_else(|| Problem::internal("an unknown sender passed the checks"))?;
    if !rules::is_registration_open(&briefing, tx.now) {
        return Err(Problem::new(
            Code::RegistrationClosed,
            "This briefing is not open for registration.",
        )
        .with("state", briefing.status.as_str())
        .with(
            "registration_closes_at",
            rules::registration_closes_at(&briefing).to_string(),
        ));
    }
    let email_folded = fold_email(&input.attendee.email);
    refuse_second(tx, scope, briefing_id, &email_folded)?;
    let taken = queries::taken_seats(tx.conn, briefing_id)?;
    let waiting = queries::waiting(tx.conn, briefing_id)?.len();
    let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
    let seat = rules::seat_for_newcomer(&taken, briefing.capacity, waiting);
    let row = Registration {
        id: RegistrationId::fresh(),
        briefing_id: briefing_id.clone(),
        organization_id,
        attendee_name: text::clean(&input.attendee.name),
        attendee_email: text::clean(&input.attendee.email),
        attendee_email_folded: email_folded,
        attendee_title: text::clean_optional(input.attendee.title.as_deref()),
        accommodations: text::clean_optional(input.accommodations.as_deref()),
        status: if seat.is_some() {
            RegistrationStatus::Confirmed
        } else {
            RegistrationStatus::Waitlisted
        },
        place: briefing.next_place,
        seat,
        checked_in_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    // The place in line is bookkeeping: it does not make the briefing another version.
    diesel::update(briefings::table.filter(briefings::id.eq(briefing_id)))
        .set(briefings::next_place.eq(briefing.next_place + 1))
        .execute(tx.conn)?;
    diesel::insert_into(registrations::table)
        .values(row.clone())
        .execute(tx.conn)?;
    let kind = match row.status {
        RegistrationStatus::Confirmed => "registration.confirmed",
        RegistrationStatus::Waitlisted | RegistrationStatus::Cancelled => "registration.waitlisted",
    };
    tx.record(event(kind, &row, &briefing))?;
    Ok((briefing.into_inner(), row))
}

fn refuse_second(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    email_folded: &str,
) -> Result<(), Problem> {
    let existing: Option<(RegistrationId, OrganizationId)> = registrations::table
        .filter(registrations::briefing_id.eq(briefing))
        .filter(registrations::attendee_email_folded.eq(email_folded))
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .select((registrations::id, registrations::organization_id))
        .first(tx.conn)
        .optional()?;
    let Some((id, organization)) = existing else {
        return Ok(());
    };
    let problem = Problem::new(
        Code::AlreadyRegistered,
        "This person is registered for this briefing.",
    );
    Err(if scope.may(Permission::RegistrationsRead, &organization) {
        problem.with_header(
            header::LOCATION,
            format!("/v1/briefings/{briefing}/registrations/{id}"),
        )
    } else {
        problem
    })
}

/// Locks the briefing, then reads one of its registrations.
fn load(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
    permission: Permission,
) -> Result<(Locked<Briefing>, Registration), Problem> {
    let briefing = acquire(tx, scope, briefing_id)?;
    let row = queries::find(tx.conn, scope, briefing_id, id)?;
    scope.expect(permission, &row.organization_id)?;
    Ok((briefing, row))
}

/// Corrects a registration.
///
/// # Errors
///
/// 404; 409 when it is cancelled.
pub fn update_registration(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
    change: UpdateRegistration,
) -> Result<(Briefing, Registration), Problem> {
    let (briefing, mut row) = load(tx, scope, briefing_id, id, Permission::RegistrationsWrite)?;
    if row.status == RegistrationStatus::Cancelled {
        return Err(not_possible("update", &row));
    }
    if let Some(name) = &change.name {
        row.attendee_name = text::clean(name);
    }
    change.title.apply(&mut row.attendee_title);
    change.accommodations.apply(&mut row.accommodations);
    let row = store(tx, row)?;
    tx.record(event("registration.updated", &row, &briefing))?;
    Ok((briefing.into_inner(), row))
}

fn not_possible(action: &str, row: &Registration) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!("`{action}` is not possible for this registration now."),
    )
    .with("state", row.status.as_str())
    .with("allowed_actions", Vec::<String>::new())
}

/// Cancels a registration and lets the next in line have the seat. Cancelling again changes
/// nothing.
///
/// # Errors
///
/// 404; 409 when the attendee has come.
pub fn cancel_registration(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
) -> Result<(Briefing, Registration), Problem> {
    let (briefing, mut row) = load(tx, scope, briefing_id, id, Permission::RegistrationsWrite)?;
    if row.status == RegistrationStatus::Cancelled {
        return Ok((briefing.into_inner(), row));
    }
    if row.checked_in_at.is_some() {
        return Err(not_possible("cancel", &row));
    }
    row.status = RegistrationStatus::Cancelled;
    row.seat = None;
    let row = store(tx, row)?;
    tx.record(event("registration.cancelled", &row, &briefing))?;
    erasing::of_registration(tx, &briefing, &row.id, Cause::Cancelled)?;
    promote_waiting(tx, &briefing, &briefing)?;
    Ok((briefing.into_inner(), row))
}

/// Records that an attendee came, or takes that back. Saying it twice changes nothing.
///
/// # Errors
///
/// 404; 409 when the attendee has no seat, or attendance is not taken now.
pub fn record_attendance(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
    came: bool,
) -> Result<(Briefing, Registration), Problem> {
    let (briefing, mut row) = load(tx, scope, briefing_id, id, Permission::RegistrationsCheckIn)?;
    let said = Said { at: tx.now, came };
    if row.checked_in_at.is_some() == came && row.status == RegistrationStatus::Confirmed {
        // A note of a device that was made before this and arrives after it changes nothing.
        marks::keep(tx, &row, said)?;
        return Ok((briefing.into_inner(), row));
    }
    let action = if came { "check-in" } else { "undo-check-in" };
    if row.status != RegistrationStatus::Confirmed || !rules::takes_attendance(&briefing) {
        return Err(not_possible(action, &row));
    }
    row.checked_in_at = came.then_some(tx.now);
    let row = store(tx, row)?;
    marks::keep(tx, &row, said)?;
    let kind = if came {
        "registration.checked_in"
    } else {
        "registration.check_in_undone"
    };
    tx.record(event(kind, &row, &briefing))?;
    Ok((briefing.into_inner(), row))
}
