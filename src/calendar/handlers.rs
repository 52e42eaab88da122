//! The operations on calendars.

use actix_web::web::Data;
use actix_web::{delete, get, post};

use crate::calendar::model::CalendarFeed as Row;
use crate::calendar::wire::{CalendarFeed, CalendarQuery, CalendarToken, CreateCalendar};
use crate::calendar::{commands, contents, queries};
use crate::identity::Identity;
use crate::kernel::Kernel;
use crate::kernel::access::{Access, Actor, Public, may};
use crate::kernel::db::WriteContext;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply, RequestContext};
use crate::kernel::ical::file::CalendarFile;
use crate::kernel::id::CalendarFeedId;
use crate::kernel::secrets::token_digest;
use crate::kernel::time::Timestamp;

/// List calendars
///
/// One's own, and those of the organizations that one belongs to. Their addresses are not shown.
#[utoipa::path(
    tag = "Calendars",
    params(CalendarQuery),
    responses((status = 200, description = "A page of calendars.", body = Page<CalendarFeed>)),
    extensions(("x-permission" = json!("calendars:read"))),
)]
#[get("/v1/calendars")]
pub async fn list_calendars(
    access: Access<may::CalendarsRead>,
    Query(query): Query<CalendarQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, scope, &keyring, &query)?;
            Reply::ok(&page.map(|row| CalendarFeed::of(row, scope)))
        })
        .await
}

/// Make a calendar to subscribe to
///
/// The answer shows its address, this once. Whoever has the address reads the calendar, without an
/// account: what the caller may see at that time, without controlled information. Revoke it when it
/// has fallen into wrong hands.
#[utoipa::path(
    tag = "Calendars",
    request_body = CreateCalendar,
    responses((status = 201, description = "The calendar, with its address.", body = CalendarFeed)),
    extensions(("x-permission" = json!("calendars:write"))),
)]
#[post("/v1/calendars")]
pub async fn create_calendar(
    access: Access<may::CalendarsWrite>,
    identity: Data<Identity>,
    Json(input): Json<CreateCalendar>,
) -> Result<Reply, Problem> {
    let service = identity.config.public_url();
    access
        .write(move |tx, scope| {
            let (row, token) = commands::create_calendar(tx, scope, &input)?;
            let location = format!("/v1/calendars/{}", row.id);
            let version = row.version;
            Ok(Reply::created(&CalendarFeed::of(row, scope), location)?
                .representation(version)
                .secret("url", format!("{service}/calendars/{token}.ics")))
        })
        .await
}

/// Get a calendar
#[utoipa::path(
    tag = "Calendars",
    params(("id" = CalendarFeedId, Path, description = "The calendar.")),
    responses((status = 200, description = "The calendar, without its address.", body = CalendarFeed)),
    extensions(("x-permission" = json!("calendars:read"))),
)]
#[get("/v1/calendars/{id}")]
pub async fn get_calendar(
    access: Access<may::CalendarsRead>,
    Path(id): Path<CalendarFeedId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let version = row.version;
            Ok(Reply::ok(&CalendarFeed::of(row, scope))?.representation(version))
        })
        .await
}

/// Revoke a calendar
///
/// Its address opens nothing from now on.
#[utoipa::path(
    tag = "Calendars",
    params(("id" = CalendarFeedId, Path, description = "The calendar."), IfMatch),
    responses((status = 204, description = "It is revoked.")),
    extensions(("x-permission" = json!("calendars:write"))),
)]
#[delete("/v1/calendars/{id}")]
pub async fn revoke_calendar(
    access: Access<may::CalendarsWrite>,
    Path(id): Path<CalendarFeedId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::revoke_calendar(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Read a calendar
///
/// For calendar programs: needs no account, the address is the key. From 60 days ago to 400 days
/// ahead. What was put off or called off in the last 60 days is shown as cancelled.
#[utoipa::path(
    tag = "Calendars",
    params(
        ("token" = String, Path, description = "What `url` had when the calendar was made.", pattern = "^chf_[A-Za-z0-9_-]{43}$",
            example = "chf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that you have: 304 when nothing has changed.", nullable = false),
    ),
    responses(
        (status = 200, description = "The calendar (RFC 5545).", body = String, content_type = "text/calendar", example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")),
        (status = 304, description = "Not changed since the version that If-None-Match names."),
    ),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/calendars/{token}.ics")]
pub async fn read_calendar_feed(
    access: Access<Public>,
    Path(CalendarToken(token)): Path<CalendarToken>,
) -> Result<CalendarFile, Problem> {
    let kernel = access.kernel().clone();
    let now = access.clock().now();
    let (feed, text) = access
        .read(move |conn, _| contents::render(conn, &token_digest(&token), now))
        .await?;
    if commands::is_use_due(&feed, now) {
        note_use(kernel, feed, now);
    }
    Ok(CalendarFile::feed(text))
}

/// Notes the use of a calendar while the answer goes out.
fn note_use(kernel: Kernel, feed: Row, now: Timestamp) {
    let context = WriteContext {
        actor: Actor::User(feed.owner_id),
        now,
        request: RequestContext::default(),
    };
    let id = feed.id;
    actix_web::rt::spawn(async move {
        let noted = kernel
            .db
            .write(context, move |tx| commands::note_use(tx, &id))
            .await;
        if let Err(problem) = noted {
            tracing::warn!(%problem, "the use of a calendar could not be noted");
        }
    });
}
