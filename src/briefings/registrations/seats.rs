//! Giving seats to those who come and to those who wait, and keeping what became of a registration.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::notices;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::queries;
use crate::briefings::rules;
use crate::identity::model::fold_email;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::text;
use crate::schema::{briefings, registrations};

/// What the journal keeps of a registration: who sends, never who comes.
pub(in crate::briefings) fn event(
    kind: &'static str,
    row: &Registration,
    briefing: &Briefing,
) -> Event {
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
pub(in crate::briefings) fn store(
    tx: &mut Tx<'_>,
    mut row: Registration,
) -> Result<Registration, Problem> {
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(registrations::table.filter(registrations::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// Who is to be registered.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// The full name.
    pub name: String,
    /// Where the person is reached.
    pub email: String,
    /// Office or function.
    pub title: Option<String>,
    /// What the person needs.
    pub accommodations: Option<String>,
}

/// Registration is open.
///
/// # Errors
///
/// 409 when it is not.
pub fn expect_open(tx: &Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    if rules::is_registration_open(briefing, tx.now) {
        return Ok(());
    }
    Err(closed(briefing))
}

/// The briefing is published and not over.
///
/// # Errors
///
/// 409 `registration_closed`.
pub fn expect_to_come(tx: &Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    if briefing.status == BriefingStatus::Published && tx.now < briefing.ends_at {
        return Ok(());
    }
    Err(closed(briefing))
}

fn closed(briefing: &Briefing) -> Problem {
    Problem::new(
        Code::RegistrationClosed,
        "This briefing is not open for registration.",
    )
    .with("state", briefing.status.as_str())
    .with(
        "registration_closes_at",
        rules::registration_closes_at(briefing).to_string(),
    )
}

/// Registers somebody, with a seat when there is one and nobody waits, else in line, and tells them.
/// Registration is open, and the person is not registered yet.
///
/// # Errors
///
/// When the database fails.
pub fn admit(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    newcomer: &Newcomer,
) -> Result<Registration, Problem> {
    let taken = queries::taken_seats(tx.conn, &briefing.id)?;
    let waiting = queries::waiting(tx.conn, &briefing.id)?.len();
    let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
    let seat = rules::seat_for_newcomer(&taken, briefing.capacity, waiting);
    let row = Registration {
        id: RegistrationId::fresh(),
        briefing_id: briefing.id.clone(),
        organization_id: newcomer.organization_id.clone(),
        attendee_name: text::clean(&newcomer.name),
        attendee_email: text::clean(&newcomer.email),
        attendee_email_folded: fold_email(&newcomer.email),
        attendee_title: text::clean_optional(newcomer.title.as_deref()),
        accommodations: text::clean_optional(newcomer.accommodations.as_deref()),
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
    diesel::update(briefings::table.filter(briefings::id.eq(&briefing.id)))
        .set(briefings::next_place.eq(briefing.next_place + 1))
        .execute(tx.conn)?;
    diesel::insert_into(registrations::table)
        .values(row.clone())
        .execute(tx.conn)?;
    let kind = match row.status {
        RegistrationStatus::Confirmed => "registration.confirmed",
        RegistrationStatus::Waitlisted | RegistrationStatus::Cancelled => "registration.waitlisted",
    };
    tx.record(event(kind, &row, briefing))?;
    notices::registered(tx, briefing, &row)?;
    Ok(row)
}

/// The registration of the person with this address, where there is one that is not cancelled.
///
/// # Errors
///
/// When the database fails.
pub fn registered(
    conn: &mut Connection,
    briefing: &BriefingId,
    email_folded: &str,
) -> Result<Option<Registration>, Problem> {
    Ok(registrations::table
        .filter(registrations::briefing_id.eq(briefing))
        .filter(registrations::attendee_email_folded.eq(email_folded))
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .select(Registration::as_select())
        .first(conn)
        .optional()?)
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
    let mut promoted = Vec::new();
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
        promoted.push(row);
        taken.push(seat);
        taken.sort_unstable();
    }
    // Of a briefing that is off nobody is told to come; its publication tells everyone.
    if briefing.status == BriefingStatus::Published {
        notices::promoted(tx, briefing, &promoted)?;
    }
    Ok(())
}
