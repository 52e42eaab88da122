//! A briefing as calendars and meeting requests show it.

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::kernel::ical::{self, CalendarEvent, EventStatus, EventTime};
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
    let marking = (briefing.marking == Marking::OfficialUse).then(|| "Official use.".to_owned());
    let reason = briefing.reason.clone().filter(|_| briefing.status.is_off());
    let parts: Vec<String> = [marking, reason, briefing.summary.clone()]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}
