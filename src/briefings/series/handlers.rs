//! The operations on series.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::briefings::series::model::Series as Row;
use crate::briefings::series::wire::{
    AddSeriesException, BriefingOccurrence, BriefingSeries, CreateBriefingSeries,
    EndBriefingSeries, OccurrenceQuery, SeriesQuery, SeriesSelection, SplitBriefingSeries,
    UndoSeriesException, UpdateBriefingSeries,
};
use crate::briefings::series::{advancing, commands, queries, revising};
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::BriefingSeriesId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_briefing_series)
        .service(create_briefing_series)
        .service(get_briefing_series)
        .service(update_briefing_series)
        .service(list_briefing_series_occurrences)
        .service(schedule_briefing_series)
        .service(publish_briefing_series)
        .service(split_briefing_series)
        .service(end_briefing_series)
        .service(undo_briefing_series_exception)
        .service(add_briefing_series_exception);
}

fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = queries::represent_one(tx.conn, scope, row)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

fn created(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = queries::represent_one(tx.conn, scope, row)?;
    let location = format!("/v1/briefing-series/{}", row.id);
    Ok(Reply::created(&shown, location)?.representation(row.version))
}

/// List series of briefings
///
/// They are the office's plans: cities see the briefings that are published to them, each with its
/// `series_id`, and none here.
#[utoipa::path(
    tag = "Briefings",
    params(SeriesQuery),
    responses((status = 200, description = "A page of series.", body = Page<BriefingSeries>)),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefing-series")]
pub async fn list_briefing_series(
    access: Access<may::BriefingsRead>,
    Query(query): Query<SeriesQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}

/// Start a series of briefings
///
/// Makes every occurrence that the rule has, as a draft, or with `schedule` booked at once. Each is a
/// briefing of its own with its own registrations. The rule recurs on the clock on the wall: 10:00 stays
/// 10:00 when the clocks change. A date on which the time does not exist or occurs twice is refused and
/// named; it may be in `except`, or have its offset in `offsets`. Bookings in the way are looked for in
/// either case, for every occurrence before anything is stored: `conflicts` names each with its
/// `occurrence`.
#[utoipa::path(
    tag = "Briefings",
    request_body = CreateBriefingSeries,
    responses((status = 201, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict"])),
    ),
)]
#[post("/v1/briefing-series")]
pub async fn create_briefing_series(
    access: Access<may::BriefingsSchedule>,
    Json(input): Json<CreateBriefingSeries>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_briefing_series(tx, &input)?;
            created(tx, scope, &row)
        })
        .await
}

/// Get a series of briefings
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series.")),
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefing-series/{id}")]
pub async fn get_briefing_series(
    access: Access<may::BriefingsRead>,
    Path(id): Path<BriefingSeriesId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let shown = queries::represent_one(conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a series of briefings
///
/// And every occurrence to come, but for what an occurrence changed by itself. With `starts_at`, `ends_at`
/// or `recurrence` they move: the first that was planned to the first of the new dates, and so on; each
/// keeps its registrations. New dates beyond those planned are drafted; planned ones beyond the new dates
/// are deleted as drafts and called off otherwise. All of it is done, or nothing.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = UpdateBriefingSeries,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[patch("/v1/briefing-series/{id}")]
pub async fn update_briefing_series(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    Json(change): Json<UpdateBriefingSeries>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = revising::update_briefing_series(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// List the occurrences of a series
///
/// In the order of the dates that the rule has, those that were called off too.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), OccurrenceQuery),
    responses((status = 200, description = "A page of occurrences.", body = Page<BriefingOccurrence>)),
    extensions(("x-permission" = json!("briefings:read"))),
)]
#[get("/v1/briefing-series/{id}/occurrences")]
pub async fn list_briefing_series_occurrences(
    access: Access<may::BriefingsRead>,
    Path(id): Path<BriefingSeriesId>,
    Query(query): Query<OccurrenceQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let page = queries::list_occurrences(conn, scope, &keyring, &id, &query, now)?;
            Reply::ok(&page)
        })
        .await
}

/// Schedule a series of briefings
///
/// Books every draft, or none: bookings in the way of any of them are named with their `occurrence`.
/// Dates in `except` stay drafts.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = SeriesSelection,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/schedule")]
pub async fn schedule_briefing_series(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<SeriesSelection>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = advancing::schedule_briefing_series(tx, scope, &id, if_match, &input.except)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Publish a series of briefings
///
/// Shows every scheduled occurrence to its audience. Dates in `except` stay as they are.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = SeriesSelection,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:publish")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/publish")]
pub async fn publish_briefing_series(
    access: Access<may::BriefingsPublish>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<SeriesSelection>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = advancing::publish_briefing_series(tx, scope, &id, if_match, &input.except)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Split a series of briefings
///
/// "This and following": from a date on another series takes over. The occurrences move over with their
/// registrations, and what is other from then on is changed.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = SplitBriefingSeries,
    responses((status = 201, description = "The series that goes on.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/split")]
pub async fn split_briefing_series(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    Json(input): Json<SplitBriefingSeries>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = revising::split_briefing_series(tx, scope, &id, if_match, &input)?;
            created(tx, scope, &row)
        })
        .await
}

/// End a series of briefings
///
/// What is still to come from a date on is deleted while it is a draft, and called off otherwise. What
/// has begun stays.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = EndBriefingSeries,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/end")]
pub async fn end_briefing_series(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<EndBriefingSeries>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let reason = input.reason.as_deref();
            let row = advancing::end_briefing_series(tx, scope, &id, if_match, input.from, reason)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Except a date of a series
///
/// The date is left without its occurrence: a draft is deleted, one that is booked is called off.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = AddSeriesException,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/exceptions")]
pub async fn add_briefing_series_exception(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    Json(input): Json<AddSeriesException>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::add_briefing_series_exception(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Undo an exception of a series
///
/// The date gets an occurrence after all, as a draft made from the series as it is now. One that was
/// called off stays as a record beside it.
#[utoipa::path(
    tag = "Briefings",
    params(("id" = BriefingSeriesId, Path, description = "The series."), IfMatch),
    request_body = UndoSeriesException,
    responses((status = 200, description = "The series.", body = BriefingSeries)),
    extensions(
        ("x-permission" = json!("briefings:schedule")),
        ("x-problems" = json!(["schedule_conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefing-series/{id}/exceptions/undo")]
pub async fn undo_briefing_series_exception(
    access: Access<may::BriefingsSchedule>,
    Path(id): Path<BriefingSeriesId>,
    if_match: IfMatch,
    Json(input): Json<UndoSeriesException>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::undo_briefing_series_exception(tx, scope, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}
