//! Giving seats to those who wait, and keeping what became of a registration.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::queries;
use crate::briefings::rules;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::journal::{Event, Subject};
use crate::schema::registrations;

/// What the journal keeps of a registration: who sends, never who comes.
pub(in crate::briefings) fn event(kind: &'static str, row: &Registration, briefing: &Briefing) -> Event {
    let told = json!({
        "briefing_id": row.briefing_id,
        "organization_id": row.organization_id,
        "status": row.status,
        "attended": row.checked_in_at.is_some(),
    });
    Event::new(
        kind,
        Subject {
            kind: "registration",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .organization(Some(&row.organization_id))
    .marking(briefing.marking)
    .payload(told.clone())
    .shared(told)
}

/// Stores a changed registration as its next version.
pub(in crate::briefings) fn store(tx: &mut Tx<'_>, mut row: Registration) -> Result<Registration, Problem> {
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(registrations::table.filter(registrations::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// Gives free seats to those who wait, in the order in which they came, while that is still
/// possible. `_lock` proves that the briefing is locked; `briefing` is what it has become.
///
/// # Errors
///
/// When the database fails.
pub fn promote_waiting(
    tx: &mut Tx<'_>,
    _lock: &Locked<Briefing>,
    briefing: &Briefing,
) -> Result<(), Problem> {
    if !rules::may_promote(briefing, tx.now) {
        return Ok(());
    }
    let mut taken = queries::taken_seats(tx.conn, &briefing.id)?;
    while let Some(seat) = rules::free_seat(&taken, briefing.capacity) {
        let next: Option<Registration> = registrations::table
            .filter(registrations::briefing_id.eq(&briefing.id))
            .filter(registrations::status.eq(RegistrationStatus::Waitlisted))
            .order(registrations::place)
            .select(Registration::as_select())
            .first(tx.conn)
            .optional()?;
        let Some(mut row) = next else {
            break;
        };
        row.status = RegistrationStatus::Confirmed;
        row.seat = Some(seat);
        let row = store(tx, row)?;
        tx.record(event("registration.promoted", &row, briefing))?;
        taken.push(seat);
        taken.sort_unstable();
    }
    Ok(())
}
