//! What mail tells of a briefing: its title, times and place in words, and its appointment. Of one
//! that is marked as controlled information neither title nor place.

use serde_json::{Value, json};

use crate::briefings::appointment;
use crate::briefings::invitations::model::Invitation;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::directory::venues;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{CalendarEvent, EventStatus, Method};
use crate::kernel::time::ZonedTime;
use crate::mail::outbox::{Draft, Meeting, Recipient};
use crate::mail::template::Template;

/// A briefing as its mails tell of it, made once for however many of them.
pub(super) struct Told<'a> {
    briefing: &'a Briefing,
    values: Value,
    /// Why it is off.
    reason: Option<String>,
    /// The appointment.
    pub(super) event: CalendarEvent,
}

/// A time on the clock on the wall, as people read it; with its offset where that time occurs twice.
#[must_use]
pub fn on_the_wall(time: &ZonedTime) -> String {
    let zone = time.zone();
    let shown = time.utc().to_utc().with_timezone(&zone);
    let is_once = shown
        .naive_local()
        .and_local_timezone(zone)
        .single()
        .is_some();
    let offset = if is_once {
        String::new()
    } else {
        format!(", UTC{}", shown.format("%:z"))
    };
    format!(
        "{} ({}{offset})",
        shown.format("%A, %-d %B %Y, %H:%M"),
        zone.name()
    )
}

/// Whether the attendee has a seat.
pub(super) fn has_seat(row: &Registration) -> bool {
    row.status == RegistrationStatus::Confirmed
}

/// The room of a briefing, in a line.
///
/// # Errors
///
/// When the database fails.
pub fn venue_of(conn: &mut Connection, briefing: &Briefing) -> Result<Option<String>, Problem> {
    let Some(id) = &briefing.venue_id else {
        return Ok(None);
    };
    let found = venues::queries::by_ids(conn, std::slice::from_ref(id))?;
    Ok(found
        .get(id)
        .map(|venue| format!("{}, {}", venue.name, venue.address)))
}

/// What every mail about this briefing shows of it, as `briefing` among its values.
#[must_use]
pub fn values(briefing: &Briefing, venue: Option<&str>) -> Value {
    let is_told = appointment::may_be_told(briefing);
    let told = |text: Option<&str>| text.filter(|_| is_told).map(str::to_owned);
    json!({
        "id": briefing.id,
        "title": told(Some(&briefing.title)).unwrap_or_else(|| appointment::CONTROLLED.to_owned()),
        "starts": on_the_wall(&briefing.zoned(briefing.starts_at)),
        "ends": on_the_wall(&briefing.zoned(briefing.ends_at)),
        "place": told(venue),
        "url": told(briefing.meeting_url.as_deref()),
    })
}

impl<'a> Told<'a> {
    /// Reads what its mails show of it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) fn of(conn: &mut Connection, briefing: &'a Briefing) -> Result<Self, Problem> {
        let venue = venue_of(conn, briefing)?;
        Ok(Self {
            briefing,
            values: values(briefing, venue.as_deref()),
            reason: briefing
                .reason
                .clone()
                .filter(|_| briefing.status.is_off() && appointment::may_be_told(briefing)),
            event: appointment::of(briefing, venue.as_deref()),
        })
    }

    /// What a mail to this person shows. Without a seat the link to the meeting is not told: it would
    /// be one.
    pub(super) fn values_for(
        &self,
        name: &str,
        (is_registered, has_seat): (bool, bool),
        link: Option<&str>,
    ) -> Value {
        let mut briefing = self.values.clone();
        if !has_seat && let Some(members) = briefing.as_object_mut() {
            members.insert("url".to_owned(), Value::Null);
        }
        json!({
            "briefing": briefing,
            "person": {"name": name},
            "is_registered": is_registered,
            "reason": self.reason,
            "link": link,
        })
    }

    /// The appointment, to be put into a calendar or taken out of it.
    pub(super) fn meeting(&self, method: Method) -> Meeting {
        let mut event = self.event.clone();
        if matches!(method, Method::Cancel) {
            event.status = EventStatus::Cancelled;
        }
        Meeting { method, event }
    }

    /// A mail to an attendee about the registration.
    pub(super) fn to_attendee(
        &self,
        row: &Registration,
        template: Template,
        once: String,
    ) -> Draft {
        Draft {
            template,
            to: Recipient {
                name: Some(row.attendee_name.clone()),
                email: row.attendee_email.clone(),
            },
            organization_id: Some(row.organization_id.clone()),
            about: ("registration", row.id.to_string()),
            values: self.values_for(&row.attendee_name, (true, has_seat(row)), None),
            secret: None,
            meeting: None,
            urgent: false,
            once,
            not_before: None,
            useful_until: None,
        }
    }

    /// A mail to an attendee about the briefing itself, which a later one may take the place of.
    pub(super) fn of_briefing(
        &self,
        row: &Registration,
        template: Template,
        once: String,
    ) -> Draft {
        Draft {
            about: ("briefing", self.briefing.id.to_string()),
            ..self.to_attendee(row, template, once)
        }
    }

    /// A mail about the briefing to somebody who is invited.
    pub(super) fn to_invited(&self, row: &Invitation, template: Template, once: String) -> Draft {
        Draft {
            template,
            to: Recipient {
                name: Some(row.name.clone()),
                email: row.email.clone(),
            },
            organization_id: Some(row.organization_id.clone()),
            about: ("briefing", self.briefing.id.to_string()),
            values: self.values_for(&row.name, (false, false), None),
            secret: None,
            meeting: None,
            urgent: false,
            once,
            not_before: None,
            useful_until: None,
        }
    }
}
