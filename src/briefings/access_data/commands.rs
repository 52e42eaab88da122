//! Taking, erasing and disclosing access data.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::access_data::erasing::{self, Cause};
use crate::briefings::access_data::needs::{self, States};
use crate::briefings::access_data::vault::{self, Sealed};
use crate::briefings::access_data::wire::{AccessData, AccessList, DisclosedAccessData};
use crate::briefings::aggregate::acquire;
use crate::briefings::model::Briefing;
use crate::briefings::queries::find as find_briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::queries::find;
use crate::briefings::registrations::wire::Attendee;
use crate::directory::organizations::countries::check_country;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::day::Day;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BriefingId, RegistrationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{access_data, registrations};

/// The earliest year of birth that is believed.
const EARLIEST_BIRTH: &str = "1900-01-01";

/// Locks the briefing, then reads one of its registrations for somebody who may give its data.
fn load(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &RegistrationId,
) -> Result<(Locked<Briefing>, Registration), Problem> {
    let briefing = acquire(tx, scope, briefing)?;
    let row = find(tx.conn, scope, &briefing.id, id)?;
    scope.expect(Permission::AccessDataWrite, &row.organization_id)?;
    Ok((briefing, row))
}

/// Takes the access data of an attendee, in place of what was given before.
///
/// # Errors
///
/// 404; 403; 409 when the venue asks for none, or the attendee does not come; 422, which never shows
/// what was sent.
pub fn give_access_data(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    briefing: &BriefingId,
    id: &RegistrationId,
    data: &AccessData,
) -> Result<(Briefing, Registration), Problem> {
    let (briefing, row) = load(tx, scope, briefing, id)?;
    let refused = |detail: &str| {
        Problem::new(Code::NotAllowedInState, detail).with("state", row.status.as_str())
    };
    if row.status == RegistrationStatus::Cancelled {
        return Err(refused("The registration is cancelled."));
    }
    if !needs::is_asked_for(tx.conn, &briefing)? {
        return Err(refused(
            "Nobody asks for access data for this briefing, so none is taken.",
        ));
    }
    check(data, &briefing, tx.now)?;
    let Sealed { salt, sealed } = vault::seal(keyring, id, data)?;
    let values = (
        access_data::salt.eq(Some(salt)),
        access_data::sealed.eq(Some(sealed)),
        access_data::given_at.eq(tx.now),
        access_data::erased_at.eq(None::<Timestamp>),
        access_data::is_rewritten.eq(false),
    );
    let replaced = diesel::update(access_data::table.filter(access_data::registration_id.eq(id)))
        .set(values.clone())
        .execute(tx.conn)?;
    if replaced == 0 {
        diesel::insert_into(access_data::table)
            .values((
                access_data::registration_id.eq(id),
                access_data::briefing_id.eq(&briefing.id),
                values,
            ))
            .execute(tx.conn)?;
    }
    tx.record(
        event("access_data.given", &briefing)
            .organization(Some(&row.organization_id))
            .payload(json!({"registration_ids": [id]})),
    )?;
    Ok((briefing.into_inner(), row))
}

fn check(data: &AccessData, briefing: &Briefing, now: Timestamp) -> Result<(), Problem> {
    let mut faults = Faults::default();
    let is_believable = EARLIEST_BIRTH
        .parse()
        .is_ok_and(|earliest: Day| data.birth_date >= earliest)
        && data.birth_date <= Day::of(now, briefing.zone());
    faults.require(
        is_believable,
        "/birth_date",
        "birth_date",
        "must be a day in the past, not before 1900",
    );
    check_country(&data.citizenship, "/citizenship", &mut faults);
    faults.finish()
}

/// An event about access data: about the briefing, because it may be about many attendees.
fn event(kind: &'static str, briefing: &Briefing) -> Event {
    let subject = Subject {
        kind: "briefing",
        id: briefing.id.to_string(),
        version: None,
    };
    Event::new(kind, subject).marking(briefing.marking)
}

/// Erases the access data of an attendee. Saying it twice changes nothing.
///
/// # Errors
///
/// 404; 403.
pub fn erase_access_data(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &RegistrationId,
) -> Result<(), Problem> {
    let (briefing, row) = load(tx, scope, briefing, id)?;
    erasing::of_registration(tx, &briefing, &row.id, Cause::Requested)
}

/// What is stored of these registrations, sealed.
fn stored(
    conn: &mut Connection,
    briefing: &BriefingId,
) -> Result<HashMap<RegistrationId, (Sealed, Timestamp)>, Problem> {
    let rows: Vec<(RegistrationId, Option<String>, Option<String>, Timestamp)> = access_data::table
        .filter(access_data::briefing_id.eq(briefing))
        .filter(access_data::sealed.is_not_null())
        .select((
            access_data::registration_id,
            access_data::salt,
            access_data::sealed,
            access_data::given_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, salt, sealed, given_at)| {
            let (salt, sealed) = salt.zip(sealed)?;
            Some((id, (Sealed { salt, sealed }, given_at)))
        })
        .collect())
}

fn opened(
    keyring: &Keyring,
    row: Registration,
    stored: Option<&(Sealed, Timestamp)>,
) -> Result<DisclosedAccessData, Problem> {
    let opened = stored
        .map(|(sealed, _)| vault::open(keyring, &row.id, sealed))
        .transpose()?;
    Ok(DisclosedAccessData {
        registration_id: row.id,
        organization_id: row.organization_id,
        attendee: Attendee {
            name: row.attendee_name,
            email: row.attendee_email,
            title: row.attendee_title,
        },
        access_data: opened,
        given_at: stored.map(|(_, given_at)| *given_at),
    })
}

/// Discloses the access data of one attendee and records who was shown it and why.
///
/// # Errors
///
/// 404; 403; 409 when there is none.
pub fn disclose_access_data(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    briefing: &BriefingId,
    id: &RegistrationId,
    reason: &str,
) -> Result<DisclosedAccessData, Problem> {
    let briefing = find_briefing(tx.conn, scope, briefing)?;
    let row = find(tx.conn, scope, &briefing.id, id)?;
    scope.expect(Permission::AccessDataDisclose, &row.organization_id)?;
    let mut stored = stored(tx.conn, &briefing.id)?;
    let Some(found) = stored.remove(id) else {
        let state = States::read(tx.conn, &briefing, std::slice::from_ref(&row))?.of(&row);
        return Err(Problem::new(
            Code::NotAllowedInState,
            "There is no access data of this attendee.",
        )
        .with("state", state.as_str()));
    };
    let disclosed = opened(keyring, row, Some(&found))?;
    tx.record(
        event("access_data.disclosed", &briefing)
            .organization(Some(&disclosed.organization_id))
            .payload(json!({"registration_ids": [id], "reason": text::clean(reason)})),
    )?;
    Ok(disclosed)
}

/// Discloses the access data of everyone with a seat and records who was shown it and why.
///
/// # Errors
///
/// 404; 403.
pub fn disclose_access_list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    briefing: &BriefingId,
    reason: &str,
) -> Result<AccessList, Problem> {
    let briefing = find_briefing(tx.conn, scope, briefing)?;
    if !scope.oversees(Permission::AccessDataDisclose) {
        return Err(Problem::new(
            Code::Forbidden,
            "The list of everyone is for the office.",
        ));
    }
    let rows: Vec<Registration> = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.eq(RegistrationStatus::Confirmed))
        .order(registrations::place)
        .select(Registration::as_select())
        .load(tx.conn)?;
    let stored = stored(tx.conn, &briefing.id)?;
    let people = rows
        .into_iter()
        .map(|row| {
            let found = stored.get(&row.id);
            opened(keyring, row, found)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<&RegistrationId> = people
        .iter()
        .filter(|person| person.access_data.is_some())
        .map(|person| &person.registration_id)
        .collect();
    tx.record(
        event("access_data.disclosed", &briefing)
            .payload(json!({"registration_ids": shown, "reason": text::clean(reason)})),
    )?;
    Ok(AccessList {
        missing: people.len() - shown.len(),
        briefing_id: briefing.id,
        disclosed_at: tx.now,
        people,
    })
}
