//! Briefings in a calendar.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::RegistrationStatus;
use crate::briefings::{appointment, queries};
use crate::calendar::contents::{MOST, Reading, Whose, described};
use crate::kernel::access::Permission;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::ical::{CalendarEvent, EventStatus};
use crate::kernel::id::BriefingId;
use crate::kernel::marking::Marking;
use crate::schema::{briefings, registrations};

/// Which briefings a calendar is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All that exist for the reader.
    Visible,
    /// Of these the ones for which the reader is registered.
    Registered,
}

/// The states that a calendar shows: a draft holds no time.
const SHOWN: [BriefingStatus; 6] = [
    BriefingStatus::Scheduled,
    BriefingStatus::Published,
    BriefingStatus::Delivered,
    BriefingStatus::Closed,
    BriefingStatus::Postponed,
    BriefingStatus::Cancelled,
];

const OFF: [BriefingStatus; 2] = [BriefingStatus::Postponed, BriefingStatus::Cancelled];

/// The registrations that count as the reader's own.
fn own(whose: &Whose) -> registrations::BoxedQuery<'static, Backend> {
    let found = registrations::table
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .into_boxed();
    match whose {
        Whose::Person(email) => {
            found.filter(registrations::attendee_email_folded.eq(email.clone()))
        }
        Whose::Organization(id) => found.filter(registrations::organization_id.eq(id.clone())),
    }
}

/// The briefings, in the order of their beginning.
pub(super) fn read(
    conn: &mut Connection,
    reading: &Reading<'_>,
    wanted: Wanted,
) -> Result<Vec<CalendarEvent>, Problem> {
    if !reading.scope.can(Permission::BriefingsRead) {
        return Ok(Vec::new());
    }
    let mut found = queries::visible(reading.scope)
        .filter(briefings::marking.ne(Marking::Cui))
        .filter(briefings::status.eq_any(SHOWN))
        .filter(
            briefings::status
                .ne_all(OFF)
                .or(briefings::updated_at.gt(reading.from)),
        )
        .filter(briefings::ends_at.gt(reading.from))
        .filter(briefings::starts_at.lt(reading.to));
    if wanted == Wanted::Registered {
        found = found.filter(among(
            briefings::id,
            own(&reading.whose).select(registrations::briefing_id),
        ));
    }
    let rows: Vec<Briefing> = found
        .order((briefings::starts_at, briefings::id))
        .limit(MOST)
        .select(Briefing::as_select())
        .load(conn)?;
    let waiting = waiting(conn, reading, &rows)?;
    let mut events = appointment::of_all(conn, &rows)?;
    for (row, event) in rows.iter().zip(&mut events) {
        if waiting.contains(&row.id) && event.status == EventStatus::Confirmed {
            event.status = EventStatus::Tentative;
            event.description = described([
                Some("On the waitlist.".to_owned()),
                event.description.take(),
            ]);
        }
    }
    Ok(events)
}

/// Those of these briefings for which the reader waits and has no seat.
fn waiting(
    conn: &mut Connection,
    reading: &Reading<'_>,
    rows: &[Briefing],
) -> Result<HashSet<BriefingId>, Problem> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<BriefingId> = rows.iter().map(|row| row.id.clone()).collect();
    let found: Vec<(BriefingId, RegistrationStatus)> = own(&reading.whose)
        .filter(registrations::briefing_id.eq_any(ids))
        .select((registrations::briefing_id, registrations::status))
        .distinct()
        .load(conn)?;
    let (seated, waiting): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|(_, status)| *status == RegistrationStatus::Confirmed);
    let seated: HashSet<BriefingId> = seated.into_iter().map(|(id, _)| id).collect();
    Ok(waiting
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| !seated.contains(id))
        .collect())
}
