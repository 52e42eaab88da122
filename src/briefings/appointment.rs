//! A briefing as calendars and meeting requests show it.

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::directory::venues;
use crate::directory::venues::model::Venue;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{self, CalendarEvent, EventStatus, EventTime};
use crate::kernel::id::VenueId;
use crate::kernel::marking::Marking;

/// What a calendar shows of a briefing that is controlled information: a calendar is copied to
/// telephones and shared with assistants, so it shows when somebody is busy, and not with what.
pub const CONTROLLED: &str = "Briefing";

/// Whether mail and calendars may tell what a briefing is about and where it is. They leave the
/// house, so controlled information stays out of them, whoever they are for.
#[must_use]
pub fn may_be_told(briefing: &Briefing) -> bool {
    briefing.marking != Marking::Cui
}

/// The appointment. `venue` is the room with its address.
#[must_use]
pub fn of(briefing: &Briefing, venue: Option<&str>) -> CalendarEvent {
    let is_shown = may_be_told(briefing);
    CalendarEvent {
        uid: ical::uid(briefing.id.as_str()),
        sequence: briefing.sequence,
        status: status(briefing.status),
        time: EventTime::Timed {
            starts_at: briefing.zoned(briefing.starts_at),
            ends_at: briefing.zoned(briefing.ends_at),
        },
        summary: if is_shown {
            briefing.title.clone()
        } else {
            CONTROLLED.to_owned()
        },
        description: description(briefing).filter(|_| is_shown),
        location: venue
            .or(briefing.meeting_url.as_deref())
            .map(str::to_owned)
            .filter(|_| is_shown),
        url: briefing.meeting_url.clone().filter(|_| is_shown),
        created_at: briefing.created_at,
        updated_at: briefing.updated_at,
    }
}

/// The room with its address, as a calendar shows where to go.
#[must_use]
pub fn place(venue: &Venue) -> String {
    format!("{}, {}", venue.name, venue.address)
}

/// The appointments of these briefings, in their order, with one query for the venues.
///
/// # Errors
///
/// When the database fails.
pub fn of_all(conn: &mut Connection, rows: &[Briefing]) -> Result<Vec<CalendarEvent>, Problem> {
    let ids: Vec<VenueId> = rows.iter().filter_map(|row| row.venue_id.clone()).collect();
    let venues = venues::queries::by_ids(conn, &ids)?;
    Ok(rows
        .iter()
        .map(|row| {
            let venue = row.venue_id.as_ref().and_then(|id| venues.get(id));
            of(row, venue.map(place).as_deref())
        })
        .collect())
}

/// Until it is published, it is between the office and the briefers.
const fn status(status: BriefingStatus) -> EventStatus {
    match status {
        BriefingStatus::Draft | BriefingStatus::Scheduled => EventStatus::Tentative,
        BriefingStatus::Published | BriefingStatus::Delivered | BriefingStatus::Closed => {
            EventStatus::Confirmed
        }
        BriefingStatus::Postponed | BriefingStatus::Cancelled => EventStatus::Cancelled,
    }
}

fn description(briefing: &Briefing) -> Option<String> {
    let marking = briefing.marking.notice().map(str::to_owned);
    let reason = briefing.reason.clone().filter(|_| briefing.status.is_off());
    let parts: Vec<String> = [marking, reason, briefing.summary.clone()]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}
