//! Events of confirmed requests in a calendar.
//!
//! Nothing of a request is shown before it is confirmed, and nothing once it is withdrawn: until then
//! nobody is to know that an official may come (docs/domain.md, "Event requests").

use diesel::prelude::*;

use crate::calendar::contents::{MOST, Reading, described};
use crate::directory::briefers;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::event_requests::visible::visible;
use crate::kernel::access::Permission;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{self, CalendarEvent, EventStatus, EventTime};
use crate::kernel::id::BrieferId;
use crate::kernel::marking::Marking;
use crate::schema::event_requests;

/// The events that take place, in the order of their beginning.
pub(super) fn read(
    conn: &mut Connection,
    reading: &Reading<'_>,
) -> Result<Vec<CalendarEvent>, Problem> {
    if !reading.scope.can(Permission::RequestsRead) {
        return Ok(Vec::new());
    }
    let shown: Vec<RequestStatus> = RequestStatus::ALL
        .iter()
        .copied()
        .filter(|status| status.names_official())
        .collect();
    let rows: Vec<EventRequest> = visible(reading.scope)
        .filter(event_requests::marking.ne(Marking::Cui))
        .filter(event_requests::status.eq_any(shown))
        .filter(event_requests::ends_at.gt(reading.from))
        .filter(event_requests::starts_at.lt(reading.to))
        .order((event_requests::starts_at, event_requests::id))
        .limit(MOST)
        .select(EventRequest::as_select())
        .load(conn)?;
    let officials: Vec<BrieferId> = rows
        .iter()
        .filter_map(|row| row.official_id.clone())
        .collect();
    let officials = briefers::queries::by_ids(conn, &officials)?;
    Ok(rows
        .iter()
        .map(|row| {
            let official = row
                .official_id
                .as_ref()
                .and_then(|id| officials.get(id))
                .map(|official| official.name.as_str());
            event(row, official)
        })
        .collect())
}

fn event(row: &EventRequest, official: Option<&str>) -> CalendarEvent {
    let venue = row.details().venue.unwrap_or_default();
    let place: Vec<String> = [venue.name, venue.address].into_iter().flatten().collect();
    CalendarEvent {
        uid: ical::uid(row.id.as_str()),
        sequence: row.version,
        status: EventStatus::Confirmed,
        time: EventTime::Timed {
            starts_at: row.zoned(row.starts_at),
            ends_at: row.zoned(row.ends_at),
        },
        summary: row.title.clone(),
        description: described([
            row.marking.notice().map(str::to_owned),
            official.map(|name| format!("With {name}.")),
            row.reference.clone(),
        ]),
        location: (!place.is_empty()).then(|| place.join(", ")),
        url: None,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
