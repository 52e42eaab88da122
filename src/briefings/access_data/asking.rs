//! Asking for access data that is missing, before the list goes to the guard: the attendees, and the
//! people of their organizations, who give it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::briefings::invitations::recipients::members;
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::settings::Settings;
use crate::briefings::told;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::OrganizationId;
use crate::kernel::time::Timestamp;
use crate::mail::outbox::{self, Draft, Recipient};
use crate::mail::template::Template;
use crate::schema::{access_data, access_data_requests, briefings, registrations, venues};

/// How many attendees are asked in one transaction, at most.
const BATCH: i64 = 500;

const DAY: i64 = 24 * 3600;

/// Until when access data is wanted: until the list goes to the guard, or the start.
fn deadline_of(briefing: &Briefing) -> Timestamp {
    briefing.access_deadline.unwrap_or(briefing.starts_at)
}

/// Asks whoever has a seat, whose data is missing and who was not asked for this deadline. Returns how
/// many it asked.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let until = tx
        .now
        .plus_seconds(settings.access_data_reminder_days * DAY);
    let near: Vec<Briefing> = briefings::table
        .inner_join(venues::table)
        .filter(venues::requires_access_data.eq(true))
        .filter(briefings::status.eq(BriefingStatus::Published))
        .filter(briefings::starts_at.gt(tx.now))
        .filter(
            briefings::access_deadline
                .gt(tx.now)
                .and(briefings::access_deadline.le(until))
                .or(briefings::access_deadline
                    .is_null()
                    .and(briefings::starts_at.le(until).nullable())),
        )
        .order((briefings::starts_at, briefings::id))
        .select(Briefing::as_select())
        .load(tx.conn)?;
    let mut asked = 0;
    for briefing in &near {
        asked += ask(tx, briefing)?;
    }
    Ok(asked)
}

fn ask(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<usize, Problem> {
    let deadline = deadline_of(briefing);
    let kept = access_data::table
        .filter(access_data::briefing_id.eq(&briefing.id))
        .filter(access_data::sealed.is_not_null())
        .select(access_data::registration_id);
    let asked = access_data_requests::table
        .filter(access_data_requests::deadline.eq(deadline))
        .select(access_data_requests::registration_id);
    let people: Vec<Registration> = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.eq(RegistrationStatus::Confirmed))
        .filter(registrations::id.ne_all(kept))
        .filter(registrations::id.ne_all(asked))
        .order(registrations::place)
        .limit(BATCH)
        .select(Registration::as_select())
        .load(tx.conn)?;
    if people.is_empty() {
        return Ok(0);
    }
    let venue = told::venue_of(tx.conn, briefing)?;
    let shown = told::values(briefing, venue.as_deref());
    let until = briefing.zoned(deadline);
    let until = told::on_the_wall(&until);
    for person in &people {
        let noted = diesel::update(
            access_data_requests::table
                .filter(access_data_requests::registration_id.eq(&person.id)),
        )
        .set(access_data_requests::deadline.eq(deadline))
        .execute(tx.conn)?;
        if noted == 0 {
            diesel::insert_into(access_data_requests::table)
                .values((
                    access_data_requests::registration_id.eq(&person.id),
                    access_data_requests::deadline.eq(deadline),
                ))
                .execute(tx.conn)?;
        }
    }
    let mut drafts = of_organizations(tx, briefing, &people, (&shown, &until))?;
    let of_attendees = people
        .into_iter()
        .map(|person| Draft {
            template: Template::AccessDataWanted,
            values: json!({
                "briefing": shown,
                "person": {"name": person.attendee_name},
                "deadline": until,
                "people": null,
                "reason": null,
                "link": null,
            }),
            once: format!("{}/access-data/{deadline}", person.id),
            about: ("registration", person.id.to_string()),
            to: Recipient {
                name: Some(person.attendee_name),
                email: person.attendee_email,
            },
            organization_id: Some(person.organization_id),
            secret: None,
            meeting: None,
            urgent: false,
            not_before: None,
            useful_until: Some(deadline),
        })
        .collect::<Vec<_>>();
    drafts.extend(of_attendees);
    Ok(outbox::queue_all(tx, drafts)?.len())
}

/// What the leaders and staff of the organizations get, each once for all of theirs.
fn of_organizations(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    people: &[Registration],
    (shown, until): (&Value, &str),
) -> Result<Vec<Draft>, Problem> {
    let mut missing: BTreeMap<OrganizationId, Vec<&Registration>> = BTreeMap::new();
    for person in people {
        let of_theirs = missing.entry(person.organization_id.clone()).or_default();
        of_theirs.push(person);
    }
    let deadline = deadline_of(briefing);
    let mut drafts = Vec::new();
    for member in members(tx.conn, missing.keys().cloned().collect())? {
        let Some(theirs) = missing.get(&member.organization_id) else {
            continue;
        };
        let Some(first) = theirs.first() else {
            continue;
        };
        let names: Vec<&str> = theirs
            .iter()
            .map(|one| one.attendee_name.as_str())
            .collect();
        drafts.push(Draft {
            template: Template::AccessDataWanted,
            values: json!({
                "briefing": shown,
                "person": {"name": member.name},
                "deadline": until,
                "people": names,
                "reason": null,
                "link": null,
            }),
            // Those who are asked for later begin with somebody else.
            once: format!(
                "{}/access-data/{deadline}/{}",
                first.id, member.email_folded
            ),
            about: ("registration", first.id.to_string()),
            to: Recipient {
                name: Some(member.name),
                email: member.email,
            },
            organization_id: Some(member.organization_id),
            secret: None,
            meeting: None,
            urgent: false,
            not_before: None,
            useful_until: Some(deadline),
        });
    }
    Ok(drafts)
}
