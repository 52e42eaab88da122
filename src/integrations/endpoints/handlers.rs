//! The operations on webhook endpoints.

use actix_web::web::Data;
use actix_web::{delete, get, patch, post};

use crate::integrations::Integrations;
use crate::integrations::endpoints::wire::{
    CreateWebhookEndpoint, EndpointQuery, RotateSecret, UpdateWebhookEndpoint, WebhookEndpoint,
};
use crate::integrations::endpoints::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::WebhookEndpointId;

/// List webhook endpoints
#[utoipa::path(
    tag = "Webhooks",
    params(EndpointQuery),
    responses((status = 200, description = "A page of endpoints.", body = Page<WebhookEndpoint>)),
    extensions(("x-permission" = json!("webhooks:read"))),
)]
#[get("/v1/webhook-endpoints")]
pub async fn list_webhook_endpoints(
    access: Access<may::WebhooksRead>,
    Query(query): Query<EndpointQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, scope, &keyring, &query)?;
            Reply::ok(&page.map(|row| WebhookEndpoint::of(row, scope)))
        })
        .await
}

/// Add a webhook endpoint
///
/// The answer shows the secret that signs deliveries, this once. Events from now on are delivered.
#[utoipa::path(
    tag = "Webhooks",
    request_body = CreateWebhookEndpoint,
    responses((status = 201, description = "The endpoint, with its secret.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:write"))),
)]
#[post("/v1/webhook-endpoints")]
pub async fn create_webhook_endpoint(
    access: Access<may::WebhooksWrite>,
    integrations: Data<Integrations>,
    Json(input): Json<CreateWebhookEndpoint>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let found = integrations
        .addresses
        .check_endpoint(&input.url)
        .await
        .err();
    access
        .write(move |tx, scope| {
            let (row, secret) =
                commands::create_webhook_endpoint(tx, scope, &keyring, input.clone(), found)?;
            let location = format!("/v1/webhook-endpoints/{}", row.id);
            let version = row.version;
            Ok(Reply::created(&WebhookEndpoint::of(row, scope), location)?
                .representation(version)
                .secret("secret", secret))
        })
        .await
}

/// Get a webhook endpoint
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:read"))),
)]
#[get("/v1/webhook-endpoints/{id}")]
pub async fn get_webhook_endpoint(
    access: Access<may::WebhooksRead>,
    Path(id): Path<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, scope, &id)?;
            let version = row.version;
            Ok(Reply::ok(&WebhookEndpoint::of(row, scope))?.representation(version))
        })
        .await
}

/// Change a webhook endpoint
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint."), IfMatch),
    request_body = UpdateWebhookEndpoint,
    responses((status = 200, description = "The endpoint.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:write"))),
)]
#[patch("/v1/webhook-endpoints/{id}")]
pub async fn update_webhook_endpoint(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
    if_match: IfMatch,
    integrations: Data<Integrations>,
    Json(change): Json<UpdateWebhookEndpoint>,
) -> Result<Reply, Problem> {
    let found = match &change.url {
        Some(url) => integrations.addresses.check_endpoint(url).await.err(),
        None => None,
    };
    access
        .write(move |tx, scope| {
            let row =
                commands::update_webhook_endpoint(tx, scope, &id, if_match, change.clone(), found)?;
            let version = row.version;
            Ok(Reply::ok(&WebhookEndpoint::of(row, scope))?.representation(version))
        })
        .await
}

/// Delete a webhook endpoint
///
/// Its deliveries are deleted with it. The journal keeps that it was there.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint."), IfMatch),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-permission" = json!("webhooks:write"))),
)]
#[delete("/v1/webhook-endpoints/{id}")]
pub async fn delete_webhook_endpoint(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::delete_webhook_endpoint(tx, scope, &id, if_match)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Send a test event
///
/// `webhook_endpoint.tested` is delivered to this endpoint alone, whatever types it wants. Look for
/// it among the endpoint's deliveries.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint; the event follows.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/webhook-endpoints/{id}/test")]
pub async fn test_webhook_endpoint(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::test_webhook_endpoint(tx, scope, &id)?;
            let version = row.version;
            Ok(Reply::ok(&WebhookEndpoint::of(row, scope))?.representation(version))
        })
        .await
}

/// Replace the secret
///
/// The answer shows the new secret, this once. The one before signs too for `overlap_hours`, so
/// that the receiver can change over without missing anything.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint."), IfMatch),
    request_body = RotateSecret,
    responses((status = 200, description = "The endpoint, with its new secret.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:write")), ("x-optional-body" = json!(true))),
)]
#[post("/v1/webhook-endpoints/{id}/rotate-secret")]
pub async fn rotate_webhook_secret(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<RotateSecret>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write(move |tx, scope| {
            let (row, secret) =
                commands::rotate_webhook_secret(tx, scope, &keyring, &id, if_match, &input)?;
            let version = row.version;
            Ok(Reply::ok(&WebhookEndpoint::of(row, scope))?
                .representation(version)
                .secret("secret", secret))
        })
        .await
}

/// Enable a disabled endpoint
///
/// What was waiting is delivered. Replay the time in which it was disabled for the events of it.
#[utoipa::path(
    tag = "Webhooks",
    params(("id" = WebhookEndpointId, Path, description = "The endpoint."), IfMatch),
    responses((status = 200, description = "The endpoint.", body = WebhookEndpoint)),
    extensions(("x-permission" = json!("webhooks:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/webhook-endpoints/{id}/enable")]
pub async fn enable_webhook_endpoint(
    access: Access<may::WebhooksWrite>,
    Path(id): Path<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::enable_webhook_endpoint(tx, scope, &id, if_match)?;
            let version = row.version;
            Ok(Reply::ok(&WebhookEndpoint::of(row, scope))?.representation(version))
        })
        .await
}
