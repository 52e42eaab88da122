//! The operations on API keys.

use actix_web::web::Data;
use actix_web::{HttpRequest, get, post};

use crate::identity::Identity;
use crate::identity::api_keys::commands::{self, Issued};
use crate::identity::api_keys::queries;
use crate::identity::api_keys::wire::{
    ApiKey, ApiKeyQuery, CreateApiKey, RotateApiKey, ServiceAccount,
};
use crate::identity::credentials::Credentials;
use crate::kernel::access::{self, Access, Permission, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{ApiKeyId, OrganizationId};

fn show(tx: &mut Tx<'_>, scope: &Scope, issued: Issued, is_new: bool) -> Result<Reply, Problem> {
    let Issued { key, secret } = issued;
    let version = key.version;
    let location = format!(
        "/v1/organizations/{}/api-keys/{}",
        key.organization_id, key.id
    );
    let secrets = queries::secrets(tx.conn, &key.id)?;
    let shown = ApiKey::of(key, secrets, scope, tx.now);
    let reply = if is_new {
        Reply::created(&shown, location)?
    } else {
        Reply::ok(&shown)?
    };
    Ok(reply.representation(version).secret("secret", secret))
}

/// List an organization's API keys
#[utoipa::path(
    tag = "Identity",
    params(("id" = OrganizationId, Path, description = "The organization."), ApiKeyQuery),
    responses((status = 200, description = "A page of keys.", body = Page<ApiKey>)),
    extensions(("x-permission" = json!("api-keys:read"))),
)]
#[get("/v1/organizations/{id}/api-keys")]
pub async fn list_api_keys(
    access: Access<may::ApiKeysRead>,
    Path(id): Path<OrganizationId>,
    Query(query): Query<ApiKeyQuery>,
) -> Result<Reply, Problem> {
    let (keyring, now) = (access.kernel().keyring.clone(), access.clock().now());
    access
        .read(move |conn, scope| {
            queries::organization_for(conn, scope, Permission::ApiKeysRead, &id)?;
            let page = queries::list(conn, &keyring, &id, &query, now)?;
            Reply::ok(&page.map(|(key, secrets)| ApiKey::of(key, secrets, scope, now)))
        })
        .await
}

/// Make an API key
///
/// For a system of the organization. The secret is shown once, in this answer. Nobody can make a
/// key that may do more than they may themselves.
#[utoipa::path(
    tag = "Identity",
    params(("id" = OrganizationId, Path, description = "The organization.")),
    request_body = CreateApiKey,
    responses((status = 201, description = "The key, with its secret.", body = ApiKey)),
    extensions(("x-permission" = json!("api-keys:write"))),
)]
#[post("/v1/organizations/{id}/api-keys")]
pub async fn create_api_key(
    access: Access<may::ApiKeysWrite>,
    Path(id): Path<OrganizationId>,
    Json(input): Json<CreateApiKey>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let issued = commands::create_api_key(tx, scope, &id, &input)?;
            show(tx, scope, issued, true)
        })
        .await
}

/// Get an API key
#[utoipa::path(
    tag = "Identity",
    params(
        ("id" = OrganizationId, Path, description = "The organization."),
        ("key_id" = ApiKeyId, Path, description = "The key."),
    ),
    responses((status = 200, description = "The key.", body = ApiKey)),
    extensions(("x-permission" = json!("api-keys:read"))),
)]
#[get("/v1/organizations/{id}/api-keys/{key_id}")]
pub async fn get_api_key(
    access: Access<may::ApiKeysRead>,
    Path((id, key_id)): Path<(OrganizationId, ApiKeyId)>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            queries::organization_for(conn, scope, Permission::ApiKeysRead, &id)?;
            let (key, secrets) = queries::get(conn, scope, &id, &key_id)?;
            let version = key.version;
            Ok(Reply::ok(&ApiKey::of(key, secrets, scope, now))?.representation(version))
        })
        .await
}

/// Replace an API key's secret
///
/// The new secret is shown once, in this answer. The one before is accepted for some hours longer,
/// so that a system can change over; any older one is over at once.
#[utoipa::path(
    tag = "Identity",
    params(
        ("id" = OrganizationId, Path, description = "The organization."),
        ("key_id" = ApiKeyId, Path, description = "The key."),
        IfMatch,
    ),
    request_body = RotateApiKey,
    responses((status = 200, description = "The key, with its new secret.", body = ApiKey)),
    extensions(
        ("x-permission" = json!("api-keys:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/organizations/{id}/api-keys/{key_id}/rotate")]
pub async fn rotate_api_key(
    access: Access<may::ApiKeysWrite>,
    identity: Data<Identity>,
    Path((id, key_id)): Path<(OrganizationId, ApiKeyId)>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<RotateApiKey>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            let issued = commands::rotate_api_key(tx, scope, &id, &key_id, if_match, &input)?;
            show(tx, scope, issued, false)
        })
        .await;
    identity.principals.clear();
    reply
}

/// Revoke an API key
///
/// For good. It is refused within a second, on every replica. A key that is revoked already stays
/// as it is, whatever version `If-Match` names.
#[utoipa::path(
    tag = "Identity",
    params(
        ("id" = OrganizationId, Path, description = "The organization."),
        ("key_id" = ApiKeyId, Path, description = "The key."),
        IfMatch,
    ),
    responses((status = 200, description = "The key.", body = ApiKey)),
    extensions(("x-permission" = json!("api-keys:write"))),
)]
#[post("/v1/organizations/{id}/api-keys/{key_id}/revoke")]
pub async fn revoke_api_key(
    access: Access<may::ApiKeysWrite>,
    identity: Data<Identity>,
    Path((id, key_id)): Path<(OrganizationId, ApiKeyId)>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            commands::revoke_api_key(tx, scope, &id, &key_id, if_match)?;
            let (key, secrets) = queries::get(tx.conn, scope, &id, &key_id)?;
            let version = key.version;
            Ok(Reply::ok(&ApiKey::of(key, secrets, scope, tx.now))?.representation(version))
        })
        .await;
    identity.principals.clear();
    reply
}

/// Get the API key that is asking
///
/// For a system to see that its key works, whose it is and what it may do, and whether the secret
/// it has was replaced.
#[utoipa::path(
    tag = "Identity",
    responses((status = 200, description = "The key of this request.", body = ServiceAccount)),
    extensions(("x-permission" = json!("api-key"))),
)]
#[get("/v1/service-account")]
pub async fn get_service_account(
    access: Access<access::ServiceAccount>,
    request: HttpRequest,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    let digest = Credentials::of(request.headers())?
        .and_then(|given| given.key_digest())
        .ok_or_else(Problem::not_found)?;
    access
        .read(move |conn, _| {
            let (key, secret, _) =
                queries::accepted(conn, &digest, now)?.ok_or_else(Credentials::key_refused)?;
            Reply::ok(&ServiceAccount::of(key, secret))
        })
        .await
}
