//! Reading API keys. Whoever may not read an organization's keys is told that there is no such
//! organization.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::directory::organizations;
use crate::directory::organizations::model::Organization;
use crate::identity::api_keys::model::{ApiKey, ApiKeySecret, ApiKeyStatus};
use crate::identity::api_keys::wire::{ApiKeyQuery, ApiKeySort};
use crate::kernel::access::{Home, Permission, Role, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Code, Page, PageRequest, Problem};
use crate::kernel::id::{ApiKeyId, OrganizationId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::{
    api_key_secrets,
    api_keys::{self, dsl},
    organizations as directory,
};

/// A key and its secrets.
pub type KeyAndSecrets = (ApiKey, Vec<ApiKeySecret>);

/// The organization, for a caller who holds `permission` in its affairs.
///
/// # Errors
///
/// 404 when there is none or its keys are not the caller's to see; 403 when they may be read only.
pub fn organization_for(
    conn: &mut Connection,
    scope: &Scope,
    permission: Permission,
    id: &OrganizationId,
) -> Result<Organization, Problem> {
    let organization = organizations::queries::get(conn, id)?;
    let held = scope.permissions_in(id);
    if held.contains(&permission) {
        Ok(organization)
    } else if held.contains(&Permission::ApiKeysRead) {
        Err(Problem::new(
            Code::Forbidden,
            format!("In this organization you do not hold the permission `{permission}`."),
        )
        .with("permission", permission.as_str()))
    } else {
        Err(Problem::hidden("organization", id.as_str()))
    }
}

fn filtered(
    organization: &OrganizationId,
    query: &ApiKeyQuery,
    now: Timestamp,
) -> api_keys::BoxedQuery<'static, Backend> {
    let mut found = api_keys::table
        .filter(dsl::organization_id.eq(organization.clone()))
        .into_boxed();
    if let Some(mode) = query.mode {
        found = found.filter(dsl::is_sandbox.eq(mode.is_sandbox()));
    }
    match query.status {
        Some(ApiKeyStatus::Active) => found
            .filter(dsl::revoked_at.is_null())
            .filter(dsl::expires_at.gt(now)),
        Some(ApiKeyStatus::Expired) => found
            .filter(dsl::revoked_at.is_null())
            .filter(dsl::expires_at.le(now)),
        Some(ApiKeyStatus::Revoked) => found.filter(dsl::revoked_at.is_not_null()),
        None => found,
    }
}

/// A page of an organization's keys.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    organization: &OrganizationId,
    query: &ApiKeyQuery,
    now: Timestamp,
) -> Result<Page<KeyAndSecrets>, Problem> {
    let request = PageRequest::within(keyring, query, organization.as_str())?;
    let rows: Vec<ApiKey> = crate::seek!(
        filtered(organization, query, now), dsl::created_at, dsl::id,
        descending: query.sort == Some(ApiKeySort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(ApiKey::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(organization, query, now).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    let ids = page.data.iter().map(|row| row.id.clone()).collect();
    let mut secrets = secrets_of(conn, ids)?;
    Ok(page.map(|row| {
        let own = secrets.remove(&row.id).unwrap_or_default();
        (row, own)
    }))
}

fn secrets_of(
    conn: &mut Connection,
    ids: Vec<ApiKeyId>,
) -> Result<HashMap<ApiKeyId, Vec<ApiKeySecret>>, Problem> {
    let rows: Vec<ApiKeySecret> = api_key_secrets::table
        .filter(api_key_secrets::key_id.eq_any(ids))
        .order((api_key_secrets::created_at, api_key_secrets::digest))
        .select(ApiKeySecret::as_select())
        .load(conn)?;
    let mut found: HashMap<ApiKeyId, Vec<ApiKeySecret>> = HashMap::new();
    for row in rows {
        found.entry(row.key_id.clone()).or_default().push(row);
    }
    Ok(found)
}

/// Every secret that a key ever had, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub fn secrets(conn: &mut Connection, id: &ApiKeyId) -> Result<Vec<ApiKeySecret>, Problem> {
    Ok(secrets_of(conn, vec![id.clone()])?
        .remove(id)
        .unwrap_or_default())
}

/// The key with this id among the organization's, with its secrets.
///
/// # Errors
///
/// 404 when the organization has none.
pub fn get(
    conn: &mut Connection,
    scope: &Scope,
    organization: &OrganizationId,
    id: &ApiKeyId,
) -> Result<KeyAndSecrets, Problem> {
    let key = ApiKey::load(conn, id.as_str())?.ok_or_else(Problem::not_found)?;
    check_owner(scope, organization, &key)?;
    let secrets = secrets(conn, id)?;
    Ok((key, secrets))
}

/// Whether the key is the organization's.
///
/// # Errors
///
/// 404 when it is another's.
pub fn check_owner(
    scope: &Scope,
    organization: &OrganizationId,
    key: &ApiKey,
) -> Result<(), Problem> {
    if key.organization_id == *organization {
        return Ok(());
    }
    let may_read = scope
        .permissions_in(&key.organization_id)
        .contains(&Permission::ApiKeysRead);
    Err(if may_read {
        Problem::not_found()
    } else {
        Problem::hidden("api_key", key.id.as_str())
    })
}

/// The key that a secret with this digest belongs to, where it is accepted now, with the
/// organization it speaks for. There it is taken for a member of the staff: what is meant for
/// federal eyes is never a key's to see.
///
/// # Errors
///
/// When the database fails.
pub fn accepted(
    conn: &mut Connection,
    digest: &str,
    now: Timestamp,
) -> Result<Option<(ApiKey, ApiKeySecret, Home)>, Problem> {
    type Place = (OrganizationId, String, String, Option<String>);
    let found: Option<(ApiKey, ApiKeySecret, Place)> = api_key_secrets::table
        .inner_join(api_keys::table.inner_join(directory::table))
        .filter(api_key_secrets::digest.eq(digest))
        .select((
            ApiKey::as_select(),
            ApiKeySecret::as_select(),
            (
                directory::id,
                directory::kind,
                directory::country,
                directory::subdivision,
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(found
        .filter(|(key, secret, _)| key.status(now) == ApiKeyStatus::Active && secret.is_live(now))
        .map(|(key, secret, place)| {
            let (organization_id, kind, country, subdivision) = place;
            let home = Home {
                organization_id,
                kind,
                country,
                subdivision,
                role: Role::LocalStaff,
            };
            (key, secret, home)
        }))
}
