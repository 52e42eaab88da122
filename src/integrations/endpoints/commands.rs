//! Changing webhook endpoints. An endpoint is configuration: it can be deleted, with its
//! deliveries; the journal keeps the trace.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations::acting;
use crate::integrations::address::AddressFault;
use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint};
use crate::integrations::endpoints::wire::{
    CreateWebhookEndpoint, RotateSecret, UpdateWebhookEndpoint,
};
use crate::integrations::endpoints::{queries, secret};
use crate::integrations::event_types::{self, EventType};
use crate::integrations::visibility::WEBHOOK_ENDPOINT;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx, dialect};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{OrganizationId, WebhookEndpointId};
use crate::kernel::journal::{Event, Subject, chain};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::schema::{webhook_attempts, webhook_deliveries, webhook_endpoints};

/// The type of the event that a test sends, to the tested endpoint alone.
pub const TESTED: &str = "webhook_endpoint.tested";

/// Endpoints that one organization has, at most: each event is delivered to every one of them.
const MOST: i64 = 50;

/// An event about an endpoint. The URL may carry a token of the receiver's: only its host is told.
fn event(kind: &'static str, row: &WebhookEndpoint) -> Event {
    let host = reqwest::Url::parse(&row.url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    let told = json!({
        "host": host,
        "description": row.description,
        "event_types": row.types(),
        "status": row.status,
        "disabled_reason": row.disabled_reason,
    });
    Event::new(
        kind,
        Subject {
            kind: WEBHOOK_ENDPOINT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .organization(Some(&row.organization_id))
    .payload(told.clone())
    .shared(told)
}

/// What is written in the sandbox sends nothing, so it has no endpoints.
///
/// # Errors
///
/// 403 for a sandbox key.
pub fn refuse_sandbox(scope: &Scope) -> Result<(), Problem> {
    if scope.is_sandbox() {
        return Err(Problem::new(
            Code::Forbidden,
            "A sandbox key sends nothing, so it cannot change webhook endpoints.",
        ));
    }
    Ok(())
}

fn joined(types: &[EventType]) -> String {
    let types: BTreeSet<&str> = types.iter().map(|EventType(kind)| kind.as_str()).collect();
    types.into_iter().collect::<Vec<_>>().join(" ")
}

/// Adds an endpoint. Returns it with its secret. `found` is what was found of its address before
/// the transaction.
///
/// # Errors
///
/// 409 when the organization has too many; 422 with every broken rule.
pub fn create_webhook_endpoint(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    input: CreateWebhookEndpoint,
    found: Option<AddressFault>,
) -> Result<(WebhookEndpoint, String), Problem> {
    refuse_sandbox(scope)?;
    let mut faults = Faults::default();
    let organization = acting::organization(
        tx.conn,
        scope,
        input.organization_id.as_ref(),
        Permission::WebhooksWrite,
        &mut faults,
    )?;
    note_address(found, &mut faults);
    event_types::check(&input.event_types, "/event_types", &mut faults);
    faults.finish()?;
    let organization_id =
        organization.ok_or_else(|| Problem::internal("an unknown owner passed the checks"))?;
    expect_room(tx, &organization_id)?;
    let (secret, sealed_secret) = secret::fresh(keyring)?;
    let actor = scope.actor();
    let row = WebhookEndpoint {
        id: WebhookEndpointId::fresh(),
        organization_id,
        url: input.url,
        description: text::clean_optional(input.description.as_deref()),
        event_types: joined(&input.event_types),
        sealed_secret,
        sealed_previous_secret: None,
        previous_secret_until: None,
        status: EndpointStatus::Active,
        disabled_reason: None,
        failing_since: None,
        starts_after: chain::last_position(tx.conn)?,
        created_by_kind: actor.kind().to_owned(),
        created_by_id: actor.id().unwrap_or_default().to_owned(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(webhook_endpoints::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("webhook_endpoint.created", &row))?;
    Ok((row, secret))
}

/// Counts under the organization's lock, so that two additions at once meet in turn.
fn expect_room(tx: &mut Tx<'_>, organization: &OrganizationId) -> Result<(), Problem> {
    dialect::lock_row(tx.conn, "organizations", organization.as_str())?;
    let count: i64 = webhook_endpoints::table
        .filter(webhook_endpoints::organization_id.eq(organization))
        .count()
        .get_result(tx.conn)?;
    if count < MOST {
        return Ok(());
    }
    Err(Problem::new(
        Code::Conflict,
        format!("The organization has {MOST} webhook endpoints; delete one first."),
    ))
}

fn note_address(found: Option<AddressFault>, faults: &mut Faults) {
    if let Some(fault) = found {
        fault.note("/url", faults);
    }
}

/// Locks an endpoint that exists for the caller and may be changed by them.
///
/// # Errors
///
/// 403 for a sandbox key; 404.
pub fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
) -> Result<Locked<WebhookEndpoint>, Problem> {
    refuse_sandbox(scope)?;
    let found = queries::find(tx.conn, scope, id)?;
    scope.expect(Permission::WebhooksWrite, &found.organization_id)?;
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed endpoint as its next version and records what happened.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<WebhookEndpoint>,
    mut row: WebhookEndpoint,
    kind: &'static str,
) -> Result<WebhookEndpoint, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        webhook_endpoints::table
            .filter(webhook_endpoints::id.eq(&row.id))
            .filter(webhook_endpoints::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    tx.record(event(kind, &row))?;
    Ok(row)
}

/// Changes an endpoint. `found` is what was found of its new address before the transaction.
///
/// # Errors
///
/// 404; 412; 422 with every broken rule.
pub fn update_webhook_endpoint(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
    if_match: IfMatch,
    change: UpdateWebhookEndpoint,
    found: Option<AddressFault>,
) -> Result<WebhookEndpoint, Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    let mut faults = Faults::default();
    note_address(found, &mut faults);
    event_types::check(
        change.event_types.iter().flatten(),
        "/event_types",
        &mut faults,
    );
    faults.finish()?;
    let mut row = (*stored).clone();
    if let Some(url) = change.url {
        row.url = url;
    }
    change.description.apply(&mut row.description);
    row.description = text::clean_optional(row.description.as_deref());
    if let Some(types) = &change.event_types {
        row.event_types = joined(types);
    }
    store(tx, &stored, row, "webhook_endpoint.updated")
}

/// Deletes an endpoint and its deliveries.
///
/// # Errors
///
/// 404; 412.
pub fn delete_webhook_endpoint(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    let own = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(id))
        .select(webhook_deliveries::id);
    diesel::delete(webhook_attempts::table.filter(webhook_attempts::delivery_id.eq_any(own)))
        .execute(tx.conn)?;
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::endpoint_id.eq(id)))
        .execute(tx.conn)?;
    diesel::delete(webhook_endpoints::table.filter(webhook_endpoints::id.eq(id)))
        .execute(tx.conn)?;
    tx.record(event("webhook_endpoint.deleted", &stored))
}

/// Refuses what a disabled endpoint cannot do.
///
/// # Errors
///
/// 409 with what is possible.
pub fn expect_active(row: &WebhookEndpoint) -> Result<(), Problem> {
    match row.status {
        EndpointStatus::Active => Ok(()),
        EndpointStatus::Disabled => Err(not_possible(row, "The endpoint is disabled.", "enable")),
    }
}

fn not_possible(row: &WebhookEndpoint, detail: &str, instead: &str) -> Problem {
    Problem::new(Code::NotAllowedInState, detail)
        .with("state", row.status.as_str())
        .with("allowed_actions", vec![instead.to_owned()])
}

/// Sends an event to this endpoint alone, whatever types it wants.
///
/// # Errors
///
/// 404; 409 when it is disabled.
pub fn test_webhook_endpoint(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
) -> Result<WebhookEndpoint, Problem> {
    let stored = acquire(tx, scope, id)?;
    expect_active(&stored)?;
    tx.record(event(TESTED, &stored))?;
    Ok(stored.into_inner())
}

/// Replaces the secret; the one before signs too for a while. Returns the endpoint and the secret.
///
/// # Errors
///
/// 404; 412.
pub fn rotate_webhook_secret(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    id: &WebhookEndpointId,
    if_match: IfMatch,
    input: &RotateSecret,
) -> Result<(WebhookEndpoint, String), Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    let (secret, sealed) = secret::fresh(keyring)?;
    let hours = input.overlap_hours.unwrap_or(24);
    let mut row = (*stored).clone();
    let previous = std::mem::replace(&mut row.sealed_secret, sealed);
    row.sealed_previous_secret = (hours > 0).then_some(previous);
    row.previous_secret_until = (hours > 0).then(|| tx.now.plus_seconds(hours * 3600));
    let row = store(tx, &stored, row, "webhook_endpoint.secret_rotated")?;
    Ok((row, secret))
}

/// Lets a disabled endpoint be delivered to again. What was due while it was disabled follows at
/// once; events of that time are delivered by a replay.
///
/// # Errors
///
/// 404; 409 when it is active; 412.
pub fn enable_webhook_endpoint(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &WebhookEndpointId,
    if_match: IfMatch,
) -> Result<WebhookEndpoint, Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    if stored.status == EndpointStatus::Active {
        return Err(not_possible(&stored, "The endpoint is active.", "test"));
    }
    let mut row = (*stored).clone();
    row.status = EndpointStatus::Active;
    row.disabled_reason = None;
    row.failing_since = None;
    store(tx, &stored, row, "webhook_endpoint.enabled")
}
