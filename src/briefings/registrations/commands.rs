//! Changing registrations. Whoever changes one holds the lock of its briefing, so that seats are
//! given in the order in which people came.

use actix_web::http::header;

use crate::briefings::access_data::erasing::{self, Cause};
use crate::briefings::aggregate::acquire;
use crate::briefings::check_ins::marks;
use crate::briefings::check_ins::rules::Said;
use crate::briefings::invitations::settle::settle_invitation;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::changes::model::{ChangeKind, RegistrationChange};
use crate::briefings::registrations::changes::request;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::queries;
use crate::briefings::registrations::seats::{
    Newcomer, admit, event, expect_open, expect_to_come, promote_waiting, registered, store,
};
use crate::briefings::registrations::wire::{CreateRegistration, UpdateRegistration};
use crate::briefings::{notices, rules};
use crate::directory::organizations::acting;
use crate::identity::model::fold_email;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BriefingId, RegistrationId};
use crate::kernel::text;

/// Registers an attendee: with a seat when there is one and nobody waits, else in line. The office's own
/// staff do so until the end, also when registration is over for everybody else.
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
    if scope.oversees(Permission::RegistrationsWrite) {
        expect_to_come(tx, &briefing)?;
    } else {
        expect_open(tx, &briefing)?;
    }
    refuse_second(tx, scope, briefing_id, &input.attendee.email)?;
    let newcomer = Newcomer {
        organization_id,
        name: input.attendee.name.clone(),
        email: input.attendee.email.clone(),
        title: input.attendee.title.clone(),
        accommodations: input.accommodations.clone(),
    };
    let row = admit(tx, &briefing, &newcomer)?;
    settle_invitation(tx, &briefing, &row)?;
    Ok((briefing.into_inner(), row))
}

fn refuse_second(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    email: &str,
) -> Result<(), Problem> {
    let Some(existing) = registered(tx.conn, briefing, &fold_email(email))? else {
        return Ok(());
    };
    let (id, organization) = (existing.id, existing.organization_id);
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

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It was made.
    Changed(Box<(Briefing, Registration)>),
    /// It came too late: staff decide. The registration stays as it is until then.
    Requested(Box<RegistrationChange>),
}

fn made(briefing: Locked<Briefing>, row: Registration) -> Outcome {
    Outcome::Changed(Box::new((briefing.into_inner(), row)))
}

/// Whether a change comes too late for this caller to make it: the list of attendees is closed, and
/// the office's own staff answer for it from then on.
fn is_too_late(tx: &Tx<'_>, scope: &Scope, briefing: &Briefing) -> bool {
    rules::is_late_for_changes(briefing, tx.now) && !scope.oversees(Permission::RegistrationsWrite)
}

/// Corrects a registration. After the deadline a city's correction becomes a request.
///
/// # Errors
///
/// 404; 409 when it is cancelled.
pub fn update_registration(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
    change: &UpdateRegistration,
) -> Result<Outcome, Problem> {
    let (briefing, row) = load(tx, scope, briefing_id, id, Permission::RegistrationsWrite)?;
    if row.status == RegistrationStatus::Cancelled {
        return Err(not_possible("update", &row));
    }
    if is_too_late(tx, scope, &briefing) {
        if corrected(row.clone(), change) == row {
            // Whoever says that it is to be as it is takes back what else was wished for; an empty
            // change says nothing.
            if *change != UpdateRegistration::default() {
                request::supersede(tx, &row, briefing.marking)?;
            }
            return Ok(made(briefing, row));
        }
        let change = request::ask(tx, scope, &briefing, &row, ChangeKind::Update, change)?;
        return Ok(Outcome::Requested(Box::new(change)));
    }
    request::supersede_correction(tx, &row, briefing.marking)?;
    let row = correct(tx, &briefing, row, change)?;
    Ok(made(briefing, row))
}

/// Makes a correction. The registration is not cancelled.
///
/// # Errors
///
/// When the database fails.
pub(super) fn correct(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    row: Registration,
    change: &UpdateRegistration,
) -> Result<Registration, Problem> {
    let row = store(tx, corrected(row, change))?;
    tx.record(event("registration.updated", &row, briefing))?;
    Ok(row)
}

fn corrected(mut row: Registration, change: &UpdateRegistration) -> Registration {
    if let Some(name) = &change.name {
        row.attendee_name = text::clean(name);
    }
    change.title.clone().apply(&mut row.attendee_title);
    change.accommodations.clone().apply(&mut row.accommodations);
    row
}

/// Why something cannot be done with a registration now.
pub(super) fn not_possible(action: &str, row: &Registration) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!("`{action}` is not possible for this registration now."),
    )
    .with("state", row.status.as_str())
    .with("allowed_actions", Vec::<String>::new())
}

/// Cancels a registration and lets the next in line have the seat. Cancelling again changes
/// nothing. After the deadline a city's cancellation becomes a request.
///
/// # Errors
///
/// 404; 409 when the attendee has come.
pub fn cancel_registration(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &RegistrationId,
) -> Result<Outcome, Problem> {
    let (briefing, row) = load(tx, scope, briefing_id, id, Permission::RegistrationsWrite)?;
    if row.status == RegistrationStatus::Cancelled {
        return Ok(made(briefing, row));
    }
    if row.checked_in_at.is_some() {
        return Err(not_possible("cancel", &row));
    }
    if is_too_late(tx, scope, &briefing) {
        let nothing = UpdateRegistration::default();
        let change = request::ask(tx, scope, &briefing, &row, ChangeKind::Cancel, &nothing)?;
        return Ok(Outcome::Requested(Box::new(change)));
    }
    let row = cancel(tx, &briefing, row)?;
    // What was asked for before has no object any more.
    request::supersede(tx, &row, briefing.marking)?;
    Ok(made(briefing, row))
}

/// Cancels a registration that is not cancelled and whose attendee has not come.
///
/// # Errors
///
/// When the database fails.
pub(super) fn cancel(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    mut row: Registration,
) -> Result<Registration, Problem> {
    let had_seat = row.status == RegistrationStatus::Confirmed;
    row.status = RegistrationStatus::Cancelled;
    row.seat = None;
    let row = store(tx, row)?;
    tx.record(event("registration.cancelled", &row, briefing))?;
    erasing::of_registration(tx, briefing, &row.id, Cause::Cancelled)?;
    notices::cancelled(tx, briefing, &row, had_seat)?;
    promote_waiting(tx, briefing, briefing)?;
    Ok(row)
}

/// Records that an attendee came, or takes that back. Saying it twice changes nothing.
///
/// # Errors
///
/// 404; 409 when the attendee has no seat, or attendance is not taken now or not yet.
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
    let opens_at = rules::check_in_opens_at(&briefing);
    if came && tx.now < opens_at {
        return Err(Problem::new(
            Code::CheckInTooEarly,
            "Attendance is taken from twelve hours before the briefing starts.",
        )
        .with("opens_at", opens_at.to_string()));
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
