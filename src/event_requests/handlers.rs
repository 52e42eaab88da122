//! The operations on event requests.

use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use crate::event_requests::action_wire::{History, QueueCount, WorkQueues};
use crate::event_requests::model::EventRequest as Row;
use crate::event_requests::represent::represent_one;
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::find;
use crate::event_requests::wire::{
    CreateEventRequest, EventRequest, RequestQuery, RequestView, UpdateEventRequest,
};
use crate::event_requests::{commands, history, queries};
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::EventRequestId;

/// The answer of an action: the request as it is now.
pub(super) fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = represent_one(tx.conn, scope, row, None, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// List event requests
///
/// A city sees its own; the office all that were submitted. The newest first, when no order is
/// given.
#[utoipa::path(
    tag = "Event requests",
    params(RequestQuery),
    responses((status = 200, description = "A page of event requests.", body = Page<EventRequest>)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests")]
pub async fn list_event_requests(
    access: Access<may::RequestsRead>,
    Query(query): Query<RequestQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query, now)?))
        .await
}

/// Draft an event request
///
/// The office does not see it before it is submitted. An `external_ref` that the organization has
/// used is 409, and the `Location` names the first request.
#[utoipa::path(
    tag = "Event requests",
    request_body = CreateEventRequest,
    responses((status = 201, description = "The draft.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["duplicate_external_ref"])),
    ),
)]
#[post("/v1/event-requests")]
pub async fn create_event_request(
    access: Access<may::RequestsWrite>,
    Json(input): Json<CreateEventRequest>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_event_request(tx, scope, &input)?;
            let shown = represent_one(tx.conn, scope, &row, None, tx.now)?;
            let location = format!("/v1/event-requests/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Get an event request
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), RequestView),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}")]
pub async fn get_event_request(
    access: Access<may::RequestsRead>,
    Path(id): Path<EventRequestId>,
    Query(view): Query<RequestView>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = represent_one(conn, scope, &row, view.expand, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change an event request
///
/// A city may change it until the office has begun to examine it; the office until it is decided.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = UpdateEventRequest,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state", "duplicate_external_ref"])),
    ),
)]
#[patch("/v1/event-requests/{id}")]
pub async fn update_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(change): Json<UpdateEventRequest>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_event_request(tx, scope, &settings, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Delete a draft
///
/// Everything but a draft is a record and stays: withdraw it instead.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 204, description = "The draft is gone.")),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[delete("/v1/event-requests/{id}")]
pub async fn delete_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::delete_event_request(tx, scope, &settings, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Read the history of an event request
///
/// What happened, in sentences, as far as the caller is told.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request.")),
    responses((status = 200, description = "What happened, the oldest first.", body = History)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/history")]
pub async fn get_event_request_history(
    access: Access<may::RequestsRead>,
    Path(id): Path<EventRequestId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            Reply::ok(&history::tell(conn, scope, &row)?)
        })
        .await
}

/// Count the work queues
///
/// What the caller has in hand, what nobody has, what is due soon or overdue, and what waits for
/// the city. `GET /v1/event-requests?queue=…` lists each.
#[utoipa::path(
    tag = "Event requests",
    responses((status = 200, description = "How full each queue is.", body = WorkQueues)),
    extensions(("x-permission" = json!("work-queues:read"))),
)]
#[get("/v1/work-queues")]
pub async fn get_work_queues(access: Access<may::WorkQueuesRead>) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let queues = queries::count_queues(conn, scope, now)?
                .into_iter()
                .map(|(queue, count)| QueueCount { queue, count })
                .collect();
            Reply::ok(&WorkQueues { queues })
        })
        .await
}
