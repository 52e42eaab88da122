//! What a calendar shows, decided at each reading: what its owner may see now.
//!
//! Whoever has the address reads it, and calendar services copy it to their own machines. So
//! controlled information is left out altogether, the time as well as the title; what is for
//! official use says so. What no longer takes place is shown as cancelled for a while, so that
//! programs that keep what they saw take it away.
//!
//! Each kind of record is read in a fixed number of queries.

mod briefings;
mod event_requests;
mod placements;
mod sessions;

use crate::calendar::model::{CalendarContent, CalendarFeed, CalendarKind};
use crate::calendar::queries;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{self, Calendar, CalendarEvent, Method};
use crate::kernel::id::OrganizationId;
use crate::kernel::time::Timestamp;

const DAY: i64 = 24 * 3600;

/// How far back a calendar goes, and how long what was called off stays in it, in days.
const DAYS_BACK: i64 = 60;

/// How far ahead a calendar goes, in days.
const DAYS_AHEAD: i64 = 400;

/// Records of one kind in a calendar, at most; the earliest of the time it covers.
const MOST: i64 = 1000;

/// For whom a calendar is read, and of which time.
struct Reading<'a> {
    scope: &'a Scope,
    whose: Whose,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
}

/// Whose registrations count as one's own.
enum Whose {
    /// Those under this address, folded.
    Person(String),
    /// Those of this organization.
    Organization(OrganizationId),
}

/// The calendar that this token opens, and its text.
///
/// # Errors
///
/// As [`queries::open`].
pub fn render(
    conn: &mut Connection,
    token_digest: &str,
    now: Timestamp,
) -> Result<(CalendarFeed, String), Problem> {
    let (feed, scope, email) = queries::open(conn, token_digest, now)?;
    let reading = Reading {
        scope: &scope,
        whose: match (feed.kind, &feed.organization_id) {
            (CalendarKind::Organization, Some(id)) => Whose::Organization(id.clone()),
            _ => Whose::Person(email),
        },
        from: now.plus_seconds(-DAYS_BACK * DAY),
        to: now.plus_seconds(DAYS_AHEAD * DAY),
        now,
    };
    let includes = feed.includes();
    let mut events: Vec<CalendarEvent> = Vec::new();
    if includes.contains(&CalendarContent::Briefings) {
        events.extend(briefings::read(conn, &reading, briefings::Wanted::Visible)?);
    } else if includes.contains(&CalendarContent::Registrations) {
        events.extend(briefings::read(
            conn,
            &reading,
            briefings::Wanted::Registered,
        )?);
    }
    if includes.contains(&CalendarContent::Placements) {
        events.extend(placements::read(conn, &reading)?);
    }
    if includes.contains(&CalendarContent::AssemblySessions) {
        events.extend(sessions::read(conn, &reading)?);
    }
    if includes.contains(&CalendarContent::EventRequests) {
        events.extend(event_requests::read(conn, &reading)?);
    }
    let calendar = Calendar {
        name: Some(&feed.name),
        method: Method::Publish,
        organizer: None,
        attendee: None,
        now,
    };
    let text = ical::render(&calendar, &events);
    Ok((feed, text))
}

/// Several things to say of an appointment; none when there is nothing.
fn described(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}
