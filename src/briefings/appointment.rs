//! A briefing as calendars show it: the same appointment in feeds, downloads and meeting requests.

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::kernel::ical::{CalendarEvent, EventStatus};
use crate::kernel::id::BriefingId;
use crate::kernel::marking::Marking;

/// What stands in the place of the title where mail and calendars may not tell it.
pub const UNNAMED: &str = "Briefing";

/// Whether mail and calendars may tell what a briefing is about and where it is. They leave the
/// house, so controlled information stays out of them, whoever they are for.
#[must_use]
pub fn may_be_told(briefing: &Briefing) -> bool {
    briefing.marking != Marking::Cui
}

/// The name under which every calendar knows a briefing.
#[must_use]
pub fn uid(id: &BriefingId) -> String {
    format!("{id}@chancery")
}

/// The appointment. `venue` is the name and address of the room.
#[must_use]
pub fn of(briefing: &Briefing, venue: Option<&str>) -> CalendarEvent {
    let is_told = may_be_told(briefing);
    let told = |text: Option<&str>| text.filter(|_| is_told).map(str::to_owned);
    CalendarEvent {
        uid: uid(&briefing.id),
        sequence: briefing.sequence,
        status: match briefing.status {
            BriefingStatus::Draft | BriefingStatus::Scheduled => EventStatus::Tentative,
            BriefingStatus::Postponed | BriefingStatus::Cancelled => EventStatus::Cancelled,
            BriefingStatus::Published | BriefingStatus::Delivered | BriefingStatus::Closed => {
                EventStatus::Confirmed
            }
        },
        starts_at: briefing.zoned(briefing.starts_at),
        ends_at: briefing.zoned(briefing.ends_at),
        summary: told(Some(&briefing.title)).unwrap_or_else(|| UNNAMED.to_owned()),
        description: told(briefing.summary.as_deref()),
        location: told(venue.or(briefing.meeting_url.as_deref())),
        url: told(briefing.meeting_url.as_deref()),
        created_at: briefing.created_at,
        updated_at: briefing.updated_at,
    }
}
