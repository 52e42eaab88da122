//! Taking down a change that came too late. The briefing is locked, so there is one wish at a time.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::model::Briefing;
use crate::briefings::registrations::changes::lifecycle::ChangeStatus;
use crate::briefings::registrations::changes::model::{ChangeKind, RegistrationChange};
use crate::briefings::registrations::model::Registration;
use crate::briefings::registrations::wire::UpdateRegistration;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::RegistrationChangeId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::schema::registration_changes::{self, dsl};

/// How events call a change.
pub const SUBJECT: &str = "registration_change";

/// What the journal keeps of a change: what is asked for, never whom it is about.
pub(super) fn event(kind: &'static str, row: &RegistrationChange, marking: Marking) -> Event {
    let told = json!({
        "registration_id": row.registration_id,
        "briefing_id": row.briefing_id,
        "kind": row.kind,
        "status": row.status,
    });
    let subject = Subject {
        kind: SUBJECT,
        id: row.id.to_string(),
        version: Some(row.version),
    };
    Event::new(kind, subject)
        .organization(Some(&row.organization_id))
        .marking(marking)
        .payload(told.clone())
        .shared(told)
}

/// Takes down what is asked for, in place of what was asked for before. Asking for the same again
/// changes nothing.
///
/// # Errors
///
/// When the database fails.
pub(in crate::briefings::registrations) fn ask(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &Locked<Briefing>,
    registration: &Registration,
    kind: ChangeKind,
    change: &UpdateRegistration,
) -> Result<RegistrationChange, Problem> {
    let change = serde_json::to_string(change).map_err(Problem::internal)?;
    if let Some(pending) = pending(tx, registration)?
        && pending.kind == kind
        && pending.change == change
    {
        return Ok(pending);
    }
    supersede(tx, registration, briefing.marking)?;
    let row = RegistrationChange {
        id: RegistrationChangeId::fresh(),
        registration_id: registration.id.clone(),
        briefing_id: registration.briefing_id.clone(),
        organization_id: registration.organization_id.clone(),
        kind,
        change,
        status: ChangeStatus::Pending,
        requested_by: scope.user().cloned(),
        decided_by: None,
        decided_at: None,
        reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(registration_changes::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event(
        "registration_change.requested",
        &row,
        briefing.marking,
    ))?;
    Ok(row)
}

fn pending(
    tx: &mut Tx<'_>,
    registration: &Registration,
) -> Result<Option<RegistrationChange>, Problem> {
    Ok(dsl::registration_changes
        .filter(dsl::registration_id.eq(&registration.id))
        .filter(dsl::status.eq(ChangeStatus::Pending))
        .select(RegistrationChange::as_select())
        .first(tx.conn)
        .optional()?)
}

/// Ends what was asked for of this registration and not decided.
///
/// # Errors
///
/// When the database fails.
pub(in crate::briefings::registrations) fn supersede(
    tx: &mut Tx<'_>,
    registration: &Registration,
    marking: Marking,
) -> Result<(), Problem> {
    match pending(tx, registration)? {
        Some(row) => end(tx, row, marking),
        None => Ok(()),
    }
}

/// As [`supersede`], of a correction alone: staff have corrected the registration themselves.
///
/// # Errors
///
/// When the database fails.
pub(in crate::briefings::registrations) fn supersede_correction(
    tx: &mut Tx<'_>,
    registration: &Registration,
    marking: Marking,
) -> Result<(), Problem> {
    match pending(tx, registration)? {
        Some(row) if row.kind == ChangeKind::Update => end(tx, row, marking),
        _ => Ok(()),
    }
}

/// Ends everything that was asked for of a briefing that is called off.
///
/// # Errors
///
/// When the database fails.
pub(in crate::briefings) fn supersede_all(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
) -> Result<(), Problem> {
    let rows: Vec<RegistrationChange> = dsl::registration_changes
        .filter(dsl::briefing_id.eq(&briefing.id))
        .filter(dsl::status.eq(ChangeStatus::Pending))
        .order(dsl::id)
        .select(RegistrationChange::as_select())
        .load(tx.conn)?;
    for row in rows {
        end(tx, row, briefing.marking)?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, mut row: RegistrationChange, marking: Marking) -> Result<(), Problem> {
    row.status = ChangeStatus::Superseded;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(dsl::registration_changes.filter(dsl::id.eq(&row.id)))
        .set((
            dsl::status.eq(row.status),
            dsl::version.eq(row.version),
            dsl::updated_at.eq(row.updated_at),
        ))
        .execute(tx.conn)?;
    tx.record(event("registration_change.superseded", &row, marking))
}
