//! Reading webhook endpoints: always through [`visible`].

use std::collections::HashMap;

use diesel::prelude::*;

use crate::directory::organizations;
use crate::integrations::endpoints::model::WebhookEndpoint;
use crate::integrations::endpoints::wire::{EndpointQuery, EndpointSort};
use crate::kernel::access::{Home, Permission, Principal, Role, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{ApiKeyId, OrganizationId, WebhookEndpointId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::webhook_endpoints::{self, dsl};

/// A query over endpoints, with its conditions so far.
pub type Boxed = webhook_endpoints::BoxedQuery<'static, Backend>;

/// The endpoints that exist for this caller: those of the caller's organizations, for federal
/// staff all.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = webhook_endpoints::table.into_boxed();
    if scope.oversees(Permission::WebhooksRead) {
        return found;
    }
    let homes = scope.homes_with(Permission::WebhooksRead);
    found.filter(dsl::organization_id.eq_any(homes))
}

fn filtered(scope: &Scope, query: &EndpointQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    found
}

/// A page of the endpoints that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &EndpointQuery,
) -> Result<Page<WebhookEndpoint>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<WebhookEndpoint> = crate::seek!(
        filtered(scope, query), dsl::created_at, dsl::id,
        descending: query.sort == Some(EndpointSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(WebhookEndpoint::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    }))
}

/// The endpoint with this id.
///
/// # Errors
///
/// 404 when there is none that the caller may see.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &WebhookEndpointId,
) -> Result<WebhookEndpoint, Problem> {
    let found = visible(scope)
        .filter(dsl::id.eq(id.clone()))
        .select(WebhookEndpoint::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    Err(match WebhookEndpoint::load(conn, id.as_str())? {
        Some(_) => Problem::hidden("webhook_endpoint", id.as_str()),
        None => Problem::not_found(),
    })
}

/// What the endpoints of these organizations may know: what a member of the local staff may,
/// whoever made the endpoint, and whatever organization it is. In one query.
///
/// # Errors
///
/// When the database fails.
pub fn eyes_of(
    conn: &mut Connection,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Scope>, Problem> {
    let found = organizations::queries::by_ids(conn, organizations)?;
    Ok(found
        .into_values()
        .map(|row| {
            let principal = Principal::Service {
                key_id: ApiKeyId::fresh(),
                home: Home {
                    organization_id: row.id.clone(),
                    kind: row.kind.as_str().to_owned(),
                    country: row.country,
                    subdivision: row.subdivision,
                    role: Role::LocalStaff,
                },
                scopes: Role::LocalStaff.permissions().iter().copied().collect(),
                is_sandbox: false,
            };
            (row.id, Scope(Some(principal)))
        })
        .collect())
}
