//! Calendars as text: iCalendar (RFC 5545) and meeting requests by mail (RFC 5546).
//!
//! The text is written here and not by a crate: the one at hand writes line breaks of a URL or of
//! a parameter as they come, takes `DTSTAMP` from the system's clock, and knows no `VTIMEZONE`.
//! What is left to write is short. Equal input gives equal text, so that a feed has an `ETag`.

pub mod file;
mod text;
mod zones;

use serde::{Deserialize, Serialize};

use crate::kernel::day::Day;
use crate::kernel::ical::text::{Lines, escaped, parameter, uri};
use crate::kernel::ical::zones::Zones;
use crate::kernel::time::{Timestamp, ZonedTime};

/// The media type of a calendar.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// How often a reader of a feed is asked to come back.
const REFRESH: &str = "PT1H";

/// What a calendar shows of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEvent {
    /// Names the appointment, the same in every feed, download and mail.
    pub uid: String,
    /// Rises when the appointment is another; a calendar keeps the highest it has seen.
    pub sequence: i64,
    /// Whether it takes place.
    pub status: EventStatus,
    /// When it is.
    pub time: EventTime,
    /// What it is called.
    pub summary: String,
    /// What else there is to say.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// Where there is more to read.
    pub url: Option<String>,
    /// When its record was made.
    pub created_at: Timestamp,
    /// When its record was last changed.
    pub updated_at: Timestamp,
}

/// The UID of a record's appointment.
#[must_use]
pub fn uid(record_id: &str) -> String {
    format!("{record_id}@chancery")
}

/// When an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventTime {
    /// From one time to another.
    Timed {
        /// The beginning.
        starts_at: ZonedTime,
        /// The end.
        ends_at: ZonedTime,
    },
    /// Whole days, in whatever zone the reader lives. They keep nobody busy.
    AllDay {
        /// The first day.
        first: Day,
        /// The day after the last.
        after: Day,
    },
}

/// Whether an appointment takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Perhaps.
    Tentative,
    /// Yes.
    Confirmed,
    /// No longer.
    Cancelled,
}

impl EventStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// What a calendar is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// To be read.
    Publish,
    /// To put an appointment into the recipient's calendar, or in place of what it was there.
    Request,
    /// To take it out again.
    Cancel,
}

impl Method {
    /// As the calendar and the media type of a mail's part write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// What they are called.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
}

/// What stands around the appointments.
#[derive(Debug, Clone)]
pub struct Calendar<'a> {
    /// What a feed is called. None for what is read once: a download or a mail.
    pub name: Option<&'a str>,
    /// What it is sent for.
    pub method: Method,
    /// Who invites. RFC 5546 wants one in requests and cancellations.
    pub organizer: Option<Party>,
    /// Who is invited; left out of what is published.
    pub attendee: Option<Party>,
    /// When a request or cancellation is made.
    pub now: Timestamp,
}

/// The calendar as text, with CRLF at the end of each line.
#[must_use]
pub fn render(calendar: &Calendar<'_>, events: &[CalendarEvent]) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN:VCALENDAR");
    lines.put("VERSION:2.0");
    lines.put("PRODID:-//Chancery//Chancery//EN");
    lines.put("CALSCALE:GREGORIAN");
    lines.put(&format!("METHOD:{}", calendar.method.as_str()));
    if let Some(name) = calendar.name {
        let name = escaped(name);
        lines.put(&format!("NAME:{name}"));
        lines.put(&format!("X-WR-CALNAME:{name}"));
        lines.put(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
        lines.put(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    }
    let mut zones = Zones::default();
    for event in events {
        if let EventTime::Timed { starts_at, ends_at } = event.time {
            zones.add(starts_at);
            zones.add(ends_at);
        }
    }
    zones.write(&mut lines);
    for event in events {
        write_event(&mut lines, calendar, event);
    }
    lines.put("END:VCALENDAR");
    lines.finish()
}

fn write_event(lines: &mut Lines, calendar: &Calendar<'_>, event: &CalendarEvent) {
    // What is published has no instant at which it was made: it says when the record was changed,
    // so that the same feed is the same text.
    let stamp = match calendar.method {
        Method::Publish => event.updated_at,
        Method::Request | Method::Cancel => calendar.now,
    };
    lines.put("BEGIN:VEVENT");
    lines.put(&format!("UID:{}", escaped(&event.uid)));
    lines.put(&format!("DTSTAMP:{}", utc(stamp)));
    lines.put(&format!("SEQUENCE:{}", event.sequence));
    lines.put(&format!("STATUS:{}", event.status.as_str()));
    match event.time {
        EventTime::Timed { starts_at, ends_at } => {
            lines.put(&format!("DTSTART{}", zones::value(starts_at)));
            lines.put(&format!("DTEND{}", zones::value(ends_at)));
        }
        EventTime::AllDay { first, after } => {
            let written = |day: Day| day.to_string().replace('-', "");
            lines.put(&format!("DTSTART;VALUE=DATE:{}", written(first)));
            lines.put(&format!("DTEND;VALUE=DATE:{}", written(after)));
            lines.put("TRANSP:TRANSPARENT");
        }
    }
    lines.put(&format!("SUMMARY:{}", escaped(&event.summary)));
    for (name, text) in [
        ("DESCRIPTION", &event.description),
        ("LOCATION", &event.location),
    ] {
        if let Some(text) = text {
            lines.put(&format!("{name}:{}", escaped(text)));
        }
    }
    if let Some(url) = &event.url {
        lines.put(&format!("URL:{}", uri(url)));
    }
    if let Some(organizer) = &calendar.organizer {
        lines.put(&format!("ORGANIZER{}", address(organizer, "")));
    }
    if let (Some(attendee), Method::Request | Method::Cancel) =
        (&calendar.attendee, calendar.method)
    {
        // Answers are given through the link of the invitation and not by mail.
        let standing = match calendar.method {
            Method::Request => ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE",
            Method::Publish | Method::Cancel => ";ROLE=REQ-PARTICIPANT",
        };
        lines.put(&format!("ATTENDEE{}", address(attendee, standing)));
    }
    lines.put(&format!("CREATED:{}", utc(event.created_at)));
    lines.put(&format!("LAST-MODIFIED:{}", utc(event.updated_at)));
    lines.put("END:VEVENT");
}

fn address(party: &Party, standing: &str) -> String {
    let name = party
        .name
        .as_deref()
        .map(parameter)
        .filter(|name| !name.is_empty())
        .map(|name| format!(";CN=\"{name}\""))
        .unwrap_or_default();
    format!("{name}{standing}:mailto:{}", uri(&party.email))
}

/// An instant as RFC 5545 writes it: `20260310T173000Z`.
fn utc(instant: Timestamp) -> String {
    instant.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
}
