//! Mail about materials, to the attendees who may read them.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::appointment::may_be_told;
use crate::briefings::materials::model::{Material, MaterialAudience, SUBJECT};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::told;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::marking::Marking;
use crate::mail::outbox::{self, Draft, Recipient};
use crate::mail::template::Template;
use crate::schema::registrations;

const TEMPLATES: [Template; 1] = [Template::MaterialsAdded];

/// Tells those who may read a material that it is there, each once, and not before it is out.
/// Attendees see no controlled information, so they are told of none.
///
/// # Errors
///
/// When the database fails.
pub fn added(tx: &mut Tx<'_>, briefing: &Briefing, row: &Material) -> Result<(), Problem> {
    tell(tx, briefing, row, &HashSet::new())
}

/// After a change: what waits is taken back, and those who may still read it are told of it as it has
/// become. Who was told before is not told again.
///
/// # Errors
///
/// When the database fails.
pub fn changed(tx: &mut Tx<'_>, briefing: &Briefing, row: &Material) -> Result<(), Problem> {
    let waiting = outbox::waiting(tx, (SUBJECT, row.id.as_str()), &TEMPLATES)?;
    withdrawn(tx, row)?;
    tell(tx, briefing, row, &waiting)
}

/// Takes back what waits.
///
/// # Errors
///
/// When the database fails.
pub fn withdrawn(tx: &mut Tx<'_>, row: &Material) -> Result<(), Problem> {
    outbox::withdraw(tx, (SUBJECT, row.id.as_str()), &TEMPLATES)?;
    Ok(())
}

fn tell(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    row: &Material,
    again: &HashSet<String>,
) -> Result<(), Problem> {
    let is_theirs = row.audience != MaterialAudience::Cleared && row.marking != Marking::Cui;
    if !is_theirs || briefing.marking == Marking::Cui || briefing.published_at.is_none() {
        return Ok(());
    }
    let mut people = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .into_boxed();
    if row.audience == MaterialAudience::Attended {
        people = people.filter(registrations::checked_in_at.is_not_null());
    }
    let people: Vec<Registration> = people
        .order(registrations::place)
        .select(Registration::as_select())
        .load(tx.conn)?;
    let venue = told::venue_of(tx.conn, briefing)?;
    let shown = told::values(briefing, venue.as_deref());
    let title = may_be_told(briefing).then_some(&row.title);
    let drafts = people
        .into_iter()
        .map(|person| Draft {
            template: Template::MaterialsAdded,
            values: json!({
                "briefing": shown,
                "person": {"name": person.attendee_name},
                "material": {"title": title},
                "reason": null,
                "link": null,
            }),
            once: if again.contains(&person.attendee_email_folded) {
                format!("{}/{}/{}", row.id, person.id, row.version)
            } else {
                format!("{}/{}", row.id, person.id)
            },
            to: Recipient {
                name: Some(person.attendee_name),
                email: person.attendee_email,
            },
            organization_id: Some(person.organization_id),
            about: (SUBJECT, row.id.to_string()),
            secret: None,
            meeting: None,
            urgent: false,
            not_before: row.available_from,
            useful_until: None,
        })
        .collect();
    outbox::queue_all(tx, drafts)?;
    Ok(())
}
