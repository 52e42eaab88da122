//! The operations on the reports of placements.

use actix_web::web::Data;
use actix_web::{get, patch, post};

use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{PlacementId, PlacementReportId};
use crate::programs::placements;
use crate::programs::placements::reports::model::PlacementReport as Row;
use crate::programs::placements::reports::represent::represent_one;
use crate::programs::placements::reports::visible::find;
use crate::programs::placements::reports::wire::{
    AskForReport, PlacementReport, PlacementReportsQuery, ReportQuery, ReturnReport,
    UpdatePlacementReport,
};
use crate::programs::placements::reports::{commands, queries};
use crate::programs::settings::Settings;

/// The answer of a change: the report as it is now.
fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent_one(tx.conn, scope, row, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// List the reports on a placement
///
/// Those of the schedule and those that were asked for beside it; what is due first.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementId, Path, description = "The placement."), PlacementReportsQuery),
    responses((status = 200, description = "A page of reports.", body = Page<PlacementReport>)),
    extensions(("x-permission" = json!("placement-reports:read"))),
)]
#[get("/v1/placements/{id}/reports")]
pub async fn list_reports_on_placement(
    access: Access<may::PlacementReportsRead>,
    Path(id): Path<PlacementId>,
    Query(query): Query<PlacementReportsQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            placements::visible::find(conn, scope, &id)?;
            let wanted = (&id, &query);
            Reply::ok(&queries::list_of_placement(
                conn, scope, &keyring, wanted, now,
            )?)
        })
        .await
}

/// Ask for a report beside the schedule
///
/// About a period within the term, by a day of the office's choice. Its figures are not added to the
/// program's statistics: the reports of the schedule count the same days.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementId, Path, description = "The placement.")),
    request_body = AskForReport,
    responses((status = 201, description = "The report.", body = PlacementReport)),
    extensions(
        ("x-permission" = json!("placement-reports:review")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placements/{id}/reports")]
pub async fn create_placement_report(
    access: Access<may::PlacementReportsReview>,
    Path(id): Path<PlacementId>,
    Json(input): Json<AskForReport>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_placement_report(tx, scope, &id, &input)?;
            let shown = represent_one(tx.conn, scope, &row, tx.now)?;
            let location = format!("/v1/placement-reports/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// List reports on placements
///
/// The office sees all, a host those on its placements, an officer their own. What is due first,
/// when no order is given.
#[utoipa::path(
    tag = "Placement reports",
    params(ReportQuery),
    responses((status = 200, description = "A page of reports.", body = Page<PlacementReport>)),
    extensions(("x-permission" = json!("placement-reports:read"))),
)]
#[get("/v1/placement-reports")]
pub async fn list_placement_reports(
    access: Access<may::PlacementReportsRead>,
    Query(query): Query<ReportQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query, now)?))
        .await
}

/// Get a report
///
/// A host is told when it is due and where it stands; what it says once it is handed in, and its
/// internal part never.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementReportId, Path, description = "The report.")),
    responses((status = 200, description = "The report.", body = PlacementReport)),
    extensions(("x-permission" = json!("placement-reports:read"))),
)]
#[get("/v1/placement-reports/{id}")]
pub async fn get_placement_report(
    access: Access<may::PlacementReportsRead>,
    Path(id): Path<PlacementReportId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent_one(conn, scope, &row, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Write a report
///
/// By the officer of the placement, also after its end, or by those who run the program; until it
/// is handed in, and again when it was returned.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementReportId, Path, description = "The report."), IfMatch),
    request_body = UpdatePlacementReport,
    responses((status = 200, description = "The report.", body = PlacementReport)),
    extensions(
        ("x-permission" = json!("placement-reports:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/placement-reports/{id}")]
pub async fn update_placement_report(
    access: Access<may::PlacementReportsWrite>,
    Path(id): Path<PlacementReportId>,
    if_match: IfMatch,
    Json(change): Json<UpdatePlacementReport>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_placement_report(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Hand a report in
///
/// From 14 days before its period ends; earlier is 409, and `opens_at` says when. It needs a public
/// summary.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementReportId, Path, description = "The report."), IfMatch),
    responses((status = 200, description = "The report.", body = PlacementReport)),
    extensions(
        ("x-permission" = json!("placement-reports:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placement-reports/{id}/submit")]
pub async fn submit_placement_report(
    access: Access<may::PlacementReportsWrite>,
    Path(id): Path<PlacementReportId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::submit_placement_report(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Return a report
///
/// To be mended, by a new time: the office's setting says how many days the officer has.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementReportId, Path, description = "The report."), IfMatch),
    request_body = ReturnReport,
    responses((status = 200, description = "The report.", body = PlacementReport)),
    extensions(
        ("x-permission" = json!("placement-reports:review")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placement-reports/{id}/return")]
pub async fn return_placement_report(
    access: Access<may::PlacementReportsReview>,
    settings: Data<Settings>,
    Path(id): Path<PlacementReportId>,
    if_match: IfMatch,
    Json(input): Json<ReturnReport>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::return_placement_report(
                tx,
                scope,
                &settings,
                &id,
                if_match,
                &input.reason,
            )?;
            reply(tx, scope, &row)
        })
        .await
}

/// Accept a report
///
/// The final one once the placement has ended; it closes the placement.
#[utoipa::path(
    tag = "Placement reports",
    params(("id" = PlacementReportId, Path, description = "The report."), IfMatch),
    responses((status = 200, description = "The report.", body = PlacementReport)),
    extensions(
        ("x-permission" = json!("placement-reports:review")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/placement-reports/{id}/accept")]
pub async fn accept_placement_report(
    access: Access<may::PlacementReportsReview>,
    Path(id): Path<PlacementReportId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::accept_placement_report(tx, scope, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}
