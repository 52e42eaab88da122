//! Deciding changes that came too late.

use diesel::prelude::*;

use crate::briefings::aggregate::acquire;
use crate::briefings::model::Briefing;
use crate::briefings::notices::{self, Decision};
use crate::briefings::registrations::changes::lifecycle::{ChangeAction, ChangeStatus, LIFECYCLE};
use crate::briefings::registrations::changes::model::{ChangeKind, RegistrationChange};
use crate::briefings::registrations::changes::queries;
use crate::briefings::registrations::changes::request::event;
use crate::briefings::registrations::commands::{cancel, correct, not_possible};
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::wire::UpdateRegistration;
use crate::identity::queries::get as get_user;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::RegistrationChangeId;
use crate::kernel::text;
use crate::mail::outbox::Recipient;
use crate::schema::{registration_changes, registrations};

/// Decides a change: makes it, or does not.
///
/// # Errors
///
/// 404; 409 when it is decided, or the registration does not allow it any more; 412.
pub fn decide_change(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &RegistrationChangeId,
    if_match: IfMatch,
    action: ChangeAction,
    reason: Option<&str>,
) -> Result<RegistrationChange, Problem> {
    let seen = queries::find(tx.conn, scope, id)?;
    scope.expect(Permission::RegistrationsReview, &seen.organization_id)?;
    // The briefing first: seats are given, and wishes taken down, under its lock.
    let briefing = acquire(tx, scope, &seen.briefing_id)?;
    let stored =
        Locked::<RegistrationChange>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = stored.clone();
    row.status = LIFECYCLE.after(stored.status, action, |permission| scope.can(permission))?;
    row.decided_by = scope.user().cloned();
    row.decided_at = Some(tx.now);
    row.reason = text::clean_optional(reason);
    row.version += 1;
    row.updated_at = tx.now;
    let mut registration: Registration = registrations::table
        .filter(registrations::id.eq(&row.registration_id))
        .select(Registration::as_select())
        .first(tx.conn)?;
    if action == ChangeAction::Accept {
        registration = make(tx, &briefing, registration, &row)?;
    }
    diesel::update(registration_changes::table.filter(registration_changes::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    let kind = match action {
        ChangeAction::Accept => "registration_change.accepted",
        ChangeAction::Refuse => "registration_change.refused",
    };
    tx.record(event(kind, &row, briefing.marking))?;
    tell(tx, &briefing, &registration, &row)?;
    Ok(row)
}

fn make(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    registration: Registration,
    row: &RegistrationChange,
) -> Result<Registration, Problem> {
    let is_possible = registration.status != RegistrationStatus::Cancelled
        && (row.kind == ChangeKind::Update || registration.checked_in_at.is_none());
    if !is_possible {
        return Err(not_possible(row.kind.as_str(), &registration));
    }
    match row.kind {
        ChangeKind::Cancel => cancel(tx, briefing, registration),
        ChangeKind::Update => {
            let change: UpdateRegistration =
                serde_json::from_str(&row.change).map_err(Problem::internal)?;
            correct(tx, briefing, registration, &change)
        }
    }
}

fn tell(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    registration: &Registration,
    row: &RegistrationChange,
) -> Result<(), Problem> {
    let asked = match &row.requested_by {
        Some(user) => {
            let (user, _) = get_user(tx.conn, user)?;
            Some(Recipient {
                name: Some(user.name),
                email: user.email,
            })
        }
        None => None,
    };
    let decision = Decision {
        change: row.id.as_str(),
        is_accepted: row.status == ChangeStatus::Accepted,
        reason: row.reason.as_deref(),
        is_cancellation: row.kind == ChangeKind::Cancel,
    };
    notices::change_decided(tx, briefing, registration, &decision, asked)
}
