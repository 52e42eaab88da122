//! Reading deliveries: of endpoints that the caller may see.

use diesel::prelude::*;

use crate::integrations::deliveries::model::{Attempt, Delivery};
use crate::integrations::deliveries::wire::{DeliveryQuery, DeliverySort};
use crate::integrations::{endpoints, visibility};
use crate::kernel::access::Scope;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{DeliveryId, WebhookEndpointId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::webhook_deliveries::{self, dsl};
use crate::schema::{events, webhook_attempts, webhook_endpoints};

type Boxed = webhook_deliveries::BoxedQuery<'static, Backend>;

/// The deliveries that exist for the caller, as far as their events go: of an application nothing is
/// told to those who have a conflict of interest, or are not to know who applies, wherever it went.
fn visible(scope: &Scope) -> Boxed {
    let told = visibility::visible(scope).select(events::id);
    webhook_deliveries::table.into_boxed().filter(
        dsl::event_type
            .not_like("application.%")
            .or(among(dsl::event_id, told)),
    )
}

fn filtered(scope: &Scope, endpoint: &WebhookEndpointId, query: &DeliveryQuery) -> Boxed {
    let mut found = visible(scope).filter(dsl::endpoint_id.eq(endpoint.clone()));
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    if let Some(kind) = &query.event_type {
        found = found.filter(dsl::event_type.eq(kind.clone()));
    }
    found
}

/// A page of the deliveries of an endpoint.
///
/// # Errors
///
/// 404 when the endpoint is not the caller's to see; 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    endpoint: &WebhookEndpointId,
    query: &DeliveryQuery,
) -> Result<Page<Delivery>, Problem> {
    endpoints::queries::find(conn, scope, endpoint)?;
    let request = PageRequest::within(keyring, query, endpoint.as_str())?;
    let rows: Vec<Delivery> = crate::seek!(
        filtered(scope, endpoint, query), dsl::created_at, dsl::id,
        descending: query.sort == Some(DeliverySort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Delivery::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, endpoint, query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    }))
}

/// A delivery of an endpoint that the caller may see.
///
/// # Errors
///
/// 404 when there is none.
pub fn find(conn: &mut Connection, scope: &Scope, id: &DeliveryId) -> Result<Delivery, Problem> {
    let own = endpoints::queries::visible(scope).select(webhook_endpoints::id);
    let found = visible(scope)
        .filter(dsl::id.eq(id.clone()))
        .filter(among(dsl::endpoint_id, own))
        .select(Delivery::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: i64 = webhook_deliveries::table
        .filter(dsl::id.eq(id))
        .count()
        .get_result(conn)?;
    Err(if exists > 0 {
        Problem::hidden("delivery", id.as_str())
    } else {
        Problem::not_found()
    })
}

/// The attempts of a delivery, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub fn attempts(conn: &mut Connection, id: &DeliveryId) -> Result<Vec<Attempt>, Problem> {
    Ok(webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq(id))
        .order(webhook_attempts::number)
        .select(Attempt::as_select())
        .load(conn)?)
}
