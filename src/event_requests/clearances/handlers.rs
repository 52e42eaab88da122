//! The operations on clearances.

use actix_web::web::Data;
use actix_web::{get, post};

use crate::event_requests::clearances::lifecycle::ClearanceAction;
use crate::event_requests::clearances::model::Clearance as Row;
use crate::event_requests::clearances::wire::{Clearance, ClearanceReason, RequestClearance};
use crate::event_requests::clearances::{commands, queries};
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::find as find_request;
use crate::kernel::access::{Access, Policy, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Reply};
use crate::kernel::id::{ClearanceId, EventRequestId};

fn shown(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &EventRequestId,
    row: Row,
) -> Result<Clearance, Problem> {
    let request = find_request(tx.conn, scope, id)?;
    Ok(Clearance::of(row, &request, scope, tx.now))
}

/// List the clearances of an event request
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request.")),
    responses((status = 200, description = "Every clearance, in the order in which they are asked for.", body = Page<Clearance>)),
    extensions(("x-permission" = json!("clearances:read"))),
)]
#[get("/v1/event-requests/{id}/clearances")]
pub async fn list_clearances(
    access: Access<may::ClearancesRead>,
    Path(id): Path<EventRequestId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            let rows = queries::of(conn, &id)?;
            Reply::ok(&Page::whole(
                rows.into_iter()
                    .map(|row| Clearance::of(row, &request, scope, now))
                    .collect(),
            ))
        })
        .await
}

/// Ask for a further clearance
///
/// Beside those that the type of the request and its form call for.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request.")),
    request_body = RequestClearance,
    responses((status = 201, description = "The clearance.", body = Clearance)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/event-requests/{id}/clearances")]
pub async fn request_clearance(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    Json(input): Json<RequestClearance>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::request_clearance(tx, scope, &settings, &id, input.kind)?;
            let location = format!("/v1/event-requests/{id}/clearances/{}", row.id);
            let version = row.version;
            Ok(Reply::created(&shown(tx, scope, &id, row)?, location)?.representation(version))
        })
        .await
}

/// Get a clearance
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("clearance_id" = ClearanceId, Path, description = "The clearance."),
    ),
    responses((status = 200, description = "The clearance.", body = Clearance)),
    extensions(("x-permission" = json!("clearances:read"))),
)]
#[get("/v1/event-requests/{id}/clearances/{clearance_id}")]
pub async fn get_clearance(
    access: Access<may::ClearancesRead>,
    Path((id, clearance_id)): Path<(EventRequestId, ClearanceId)>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            let row = queries::find(conn, &id, &clearance_id)?;
            let version = row.version;
            Ok(Reply::ok(&Clearance::of(row, &request, scope, now))?.representation(version))
        })
        .await
}

async fn decide<P: Policy>(
    access: Access<P>,
    settings: Data<Settings>,
    (id, clearance_id): (EventRequestId, ClearanceId),
    if_match: IfMatch,
    action: ClearanceAction,
    reason: String,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::decide(
                tx,
                scope,
                &settings,
                (&id, &clearance_id),
                if_match,
                (action, &reason),
            )?;
            let version = row.version;
            Ok(Reply::ok(&shown(tx, scope, &id, row)?)?.representation(version))
        })
        .await
}

/// Give a clearance
///
/// Not by somebody of the side that asks, nor by whoever asked for it: 403.
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("clearance_id" = ClearanceId, Path, description = "The clearance."),
        IfMatch,
    ),
    request_body = ClearanceReason,
    responses((status = 200, description = "The clearance.", body = Clearance)),
    extensions(
        ("x-permission" = json!("clearances:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/clearances/{clearance_id}/clear")]
pub async fn clear_clearance(
    access: Access<may::ClearancesDecide>,
    settings: Data<Settings>,
    Path(ids): Path<(EventRequestId, ClearanceId)>,
    if_match: IfMatch,
    Json(input): Json<ClearanceReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        settings,
        ids,
        if_match,
        ClearanceAction::Clear,
        input.reason,
    )
    .await
}

/// Object to a request
///
/// It stands in the way until the clearance is given or waived after all.
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("clearance_id" = ClearanceId, Path, description = "The clearance."),
        IfMatch,
    ),
    request_body = ClearanceReason,
    responses((status = 200, description = "The clearance.", body = Clearance)),
    extensions(
        ("x-permission" = json!("clearances:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/clearances/{clearance_id}/object")]
pub async fn object_to_clearance(
    access: Access<may::ClearancesDecide>,
    settings: Data<Settings>,
    Path(ids): Path<(EventRequestId, ClearanceId)>,
    if_match: IfMatch,
    Json(input): Json<ClearanceReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        settings,
        ids,
        if_match,
        ClearanceAction::Object,
        input.reason,
    )
    .await
}

/// Waive a clearance
///
/// Do without it.
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("clearance_id" = ClearanceId, Path, description = "The clearance."),
        IfMatch,
    ),
    request_body = ClearanceReason,
    responses((status = 200, description = "The clearance.", body = Clearance)),
    extensions(
        ("x-permission" = json!("clearances:waive")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/clearances/{clearance_id}/waive")]
pub async fn waive_clearance(
    access: Access<may::ClearancesWaive>,
    settings: Data<Settings>,
    Path(ids): Path<(EventRequestId, ClearanceId)>,
    if_match: IfMatch,
    Json(input): Json<ClearanceReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        settings,
        ids,
        if_match,
        ClearanceAction::Waive,
        input.reason,
    )
    .await
}
