//! The operations on deliveries.

use actix_web::{get, post};

use crate::integrations::deliveries::wire::{Delivery, DeliveryQuery, ReplayEvents, Replayed};
use crate::integrations::deliveries::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{DeliveryId, WebhookEndpointId};

/// List the deliveries of an endpoint
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint."), DeliveryQuery),
    responses((status = 200, description = "A page of deliveries.", body = Page<Delivery>)),
    extensions(("x-permission" = json!("webhooks:read"))),
)]
#[get("/v1/webhook-endpoints/{id}/deliveries")]
pub async fn list_deliveries(
    access: Access<may::WebhooksRead>,
    Path(id): Path<WebhookEndpointId>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, scope, &keyring, &id, &query)?;
            Reply::ok(&page.map(|row| Delivery::of(row, scope)))
        })
        .await
}

/// Get a delivery
///
/// With its attempts.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("id" = WebhookEndpointId, Path, description = "The endpoint."),
        ("delivery_id" = DeliveryId, Path, description = "The delivery."),
    ),
    responses((status = 200, description = "The delivery.", body = Delivery)),
    extensions(("x-permission" = json!("webhooks:read"))),
)]
#[get("/v1/webhook-endpoints/{id}/deliveries/{delivery_id}")]
pub async fn get_delivery(
    access: Access<may::WebhooksRead>,
    Path((id, delivery_id)): Path<(WebhookEndpointId, DeliveryId)>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &delivery_id)?;
            if row.endpoint_id != id {
                return Err(Problem::not_found());
            }
            let attempts = queries::attempts(conn, &delivery_id)?;
            Reply::ok(&Delivery::of(row, scope).with_attempts(attempts))
        })
        .await
}

/// Deliver an event again
///
/// Whatever became of it: it is sent at once, under the same `webhook-id`.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = DeliveryId, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery, pending.", body = Delivery)),
    extensions(("x-permission" = json!("webhooks:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/deliveries/{id}/replay")]
pub async fn replay_delivery(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<DeliveryId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::replay_delivery(tx, scope, &id)?;
            Reply::ok(&Delivery::of(row, scope))
        })
        .await
}

/// Deliver the events of a time again
///
/// Also those that were never queued, because the endpoint was disabled or not yet there. At most
/// 10,000 events.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint.")),
    request_body = ReplayEvents,
    responses((status = 200, description = "How many are delivered again.", body = Replayed)),
    extensions(("x-permission" = json!("webhooks:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/webhook-endpoints/{id}/replay")]
pub async fn replay_events(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
    Json(input): Json<ReplayEvents>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let queued = commands::replay_events(tx, scope, &id, &input)?;
            Reply::ok(&Replayed { queued })
        })
        .await
}
