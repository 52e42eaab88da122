//! Briefings as a file that a calendar program opens.

use actix_web::get;
use diesel::prelude::*;

use crate::briefings::model::Briefing;
use crate::briefings::{appointment, queries, series};
use crate::kernel::access::{Access, may};
use crate::kernel::db::Connection;
use crate::kernel::http::{Path, Problem};
use crate::kernel::ical::file::CalendarFile;
use crate::kernel::ical::{self, Calendar, Method};
use crate::kernel::id::{BriefingId, BriefingSeriesId};
use crate::kernel::time::Timestamp;
use crate::schema::{briefing_occurrences, briefings};

/// The calendar of these briefings.
///
/// # Errors
///
/// When the database fails.
pub fn text_of(
    conn: &mut Connection,
    rows: &[Briefing],
    now: Timestamp,
) -> Result<String, Problem> {
    let calendar = Calendar {
        name: None,
        method: Method::Publish,
        organizer: None,
        attendee: None,
        now,
    };
    Ok(ical::render(&calendar, &appointment::of_all(conn, rows)?))
}

/// Get a briefing as a calendar file
///
/// For Outlook, Google or Apple. Of controlled information it tells the time and neither title nor
/// place: a calendar is copied to places where nobody controls it.
#[utoipa::path(
    tag = "Briefings",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that you have: 304 when nothing has changed.", nullable = false),
    ),
    responses(
        (status = 200, description = "The appointment (RFC 5545).", body = String, content_type = "text/calendar", example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")),
        (status = 304, description = "Not changed since the version that If-None-Match names."),
    ),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefings/{id}.ics")]
pub async fn get_briefing_calendar(
    access: Access<may::BriefingsRead>,
    Path(id): Path<BriefingId>,
) -> Result<CalendarFile, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let text = text_of(conn, std::slice::from_ref(&row), now)?;
            Ok(CalendarFile::download(text, id.as_str()))
        })
        .await
}

/// Get a series of briefings as a calendar file
///
/// Each occurrence that the caller may see, as an appointment of its own, under the UID that its
/// own file has too.
#[utoipa::path(
    tag = "Briefings",
    params(
        ("id" = BriefingSeriesId, Path, description = "The series."),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that you have: 304 when nothing has changed.", nullable = false),
    ),
    responses(
        (status = 200, description = "The appointments (RFC 5545).", body = String, content_type = "text/calendar", example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")),
        (status = 304, description = "Not changed since the version that If-None-Match names."),
    ),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefing-series/{id}.ics")]
pub async fn get_briefing_series_calendar(
    access: Access<may::BriefingsRead>,
    Path(id): Path<BriefingSeriesId>,
) -> Result<CalendarFile, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let rows: Vec<Briefing> = queries::visible(scope)
                .filter(
                    briefings::id.eq_any(
                        briefing_occurrences::table
                            .filter(briefing_occurrences::series_id.eq(id.clone()))
                            .select(briefing_occurrences::briefing_id),
                    ),
                )
                .order((briefings::starts_at, briefings::id))
                .select(Briefing::as_select())
                .load(conn)?;
            // A city sees no series, and of it the occurrences that were published to it.
            if rows.is_empty() {
                series::queries::find(conn, scope, &id)?;
            }
            let text = text_of(conn, &rows, now)?;
            Ok(CalendarFile::download(text, id.as_str()))
        })
        .await
}
