//! Sessions of assemblies in a calendar.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::visible;
use crate::calendar::contents::{MOST, Reading, described};
use crate::kernel::access::Permission;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::ical::{self, CalendarEvent, EventStatus, EventTime};
use crate::kernel::id::AssemblyId;
use crate::kernel::time::ZonedTime;
use crate::schema::{assemblies, assembly_sessions};

/// The sessions that were called, in the order of their beginning.
pub(super) fn read(
    conn: &mut Connection,
    reading: &Reading<'_>,
) -> Result<Vec<CalendarEvent>, Problem> {
    if !reading.scope.can(Permission::AssembliesRead) {
        return Ok(Vec::new());
    }
    let rows: Vec<Session> = visible(reading.scope)
        .filter(assembly_sessions::called_at.is_not_null())
        .filter(
            assembly_sessions::status
                .ne(SessionStatus::Cancelled)
                .or(assembly_sessions::updated_at.gt(reading.from)),
        )
        .filter(assembly_sessions::ends_at.gt(reading.from))
        .filter(assembly_sessions::starts_at.lt(reading.to))
        .order((assembly_sessions::starts_at, assembly_sessions::id))
        .limit(MOST)
        .select(Session::as_select())
        .load(conn)?;
    let ids: Vec<AssemblyId> = rows.iter().map(|row| row.assembly_id.clone()).collect();
    let names: HashMap<AssemblyId, String> = if ids.is_empty() {
        HashMap::new()
    } else {
        let named: Vec<(AssemblyId, String)> = assemblies::table
            .filter(assemblies::id.eq_any(ids))
            .select((assemblies::id, assemblies::name))
            .load(conn)?;
        named.into_iter().collect()
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let assembly = names.get(&row.assembly_id).cloned().unwrap_or_default();
            event(row, &assembly)
        })
        .collect())
}

fn event(row: Session, assembly: &str) -> CalendarEvent {
    let zone = row.zone();
    let is_off = row.status == SessionStatus::Cancelled;
    CalendarEvent {
        uid: ical::uid(row.id.as_str()),
        sequence: row.version,
        status: if is_off {
            EventStatus::Cancelled
        } else {
            EventStatus::Confirmed
        },
        time: EventTime::Timed {
            starts_at: ZonedTime::at(row.starts_at, zone),
            ends_at: ZonedTime::at(row.ends_at, zone),
        },
        summary: format!("{assembly}: {}", row.title),
        description: described([row.closing_note.filter(|_| is_off)]),
        location: row.venue.or_else(|| row.meeting_url.clone()),
        url: row.meeting_url,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
