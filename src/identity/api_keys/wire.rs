//! API keys as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::api_keys::model::{
    ApiKey as Row, ApiKeyMode, ApiKeySecret as SecretRow, ApiKeyStatus,
};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::id::{ApiKeyId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;

/// A key: the account of an organization's own system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "key_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "name": "Protocol office calendar", "scopes": ["organizations:read", "requests:read", "requests:write"],
    "mode": "live", "status": "active", "created_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "created_at": "2026-03-10T17:30:00Z", "expires_at": "2027-03-10T17:30:00Z", "revoked_at": null,
    "last_used_at": "2026-03-11T08:00:00Z",
    "secrets": [{
        "hint": "chy_live_9pXl", "created_at": "2026-03-10T17:30:00Z", "retires_at": null,
        "last_used_at": "2026-03-11T08:00:00Z"
    }],
    "version": 1, "allowed_actions": ["rotate", "revoke"]
}))]
pub struct ApiKey {
    /// Its id; it stays the same when the secret is replaced.
    pub id: ApiKeyId,
    /// The organization it speaks for.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// Whether it works on the organization's records or tries things out.
    pub mode: ApiKeyMode,
    /// Whether it is accepted.
    pub status: ApiKeyStatus,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is accepted.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When one of its secrets was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The secrets that were not replaced, or not long ago; the oldest first. Two at most.
    pub secrets: Vec<ApiKeySecret>,
    /// The new secret, for `X-Api-Key`. Only in the answer that makes it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^chy_(live|test)_[A-Za-z0-9_-]{43}$")]
    pub secret: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// What is known of a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeySecret {
    /// How it begins, to tell which one somebody holds.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is accepted, once it was replaced.
    pub retires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// The row as this caller sees it at this instant. The secret is added by the answer that
    /// shows it.
    #[must_use]
    pub fn of(row: Row, secrets: Vec<SecretRow>, scope: &Scope, now: Timestamp) -> Self {
        Self {
            allowed_actions: allowed_actions(&row, scope, now),
            scopes: row.effective_scopes().into_iter().collect(),
            mode: row.mode(),
            status: row.status(now),
            last_used_at: secrets.iter().filter_map(|one| one.last_used_at).max(),
            secrets: secrets
                .into_iter()
                .filter(|one| one.is_live(now))
                .map(|one| ApiKeySecret {
                    hint: one.hint,
                    created_at: one.created_at,
                    retires_at: one.retires_at,
                    last_used_at: one.last_used_at,
                })
                .collect(),
            secret: None,
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            version: row.version,
        }
    }
}

/// What the caller may do with a key.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope, now: Timestamp) -> Vec<String> {
    let may_write = scope
        .permissions_in(&row.organization_id)
        .contains(&Permission::ApiKeysWrite);
    let actions: &[&str] = match row.status(now) {
        ApiKeyStatus::Active if may_write => &["rotate", "revoke"],
        ApiKeyStatus::Expired if may_write => &["revoke"],
        _ => &[],
    };
    actions.iter().map(|action| (*action).to_owned()).collect()
}

/// The key that a request was sent with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "key_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "name": "Protocol office calendar", "scopes": ["organizations:read", "requests:read", "requests:write"],
    "mode": "live", "expires_at": "2027-03-10T17:30:00Z",
    "secret": {
        "hint": "chy_live_9pXl", "created_at": "2026-03-10T17:30:00Z", "retires_at": null,
        "last_used_at": "2026-03-11T08:00:00Z"
    }
}))]
pub struct ServiceAccount {
    /// The id of the key.
    pub id: ApiKeyId,
    /// The organization it speaks for.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// Whether it works on the organization's records or tries things out.
    pub mode: ApiKeyMode,
    /// Until when it is accepted.
    pub expires_at: Timestamp,
    /// The secret that this request was sent with.
    pub secret: ApiKeySecret,
}

impl ServiceAccount {
    /// The key as it sees itself.
    #[must_use]
    pub fn of(row: Row, secret: SecretRow) -> Self {
        Self {
            scopes: row.effective_scopes().into_iter().collect(),
            mode: row.mode(),
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            expires_at: row.expires_at,
            secret: ApiKeySecret {
                hint: secret.hint,
                created_at: secret.created_at,
                retires_at: secret.retires_at,
                last_used_at: secret.last_used_at,
            },
        }
    }
}

crate::text_enum! {
    /// The orders the list of keys has.
    pub enum ApiKeySort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which keys are wanted.
    "api_keys" ApiKeyQuery sorted by ApiKeySort {
        /// Whether they are accepted.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<ApiKeyStatus>,
        /// Whether they work on the organization's records or try things out.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub mode: Option<ApiKeyMode>,
    }
}

/// A new key.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Protocol office calendar", "scopes": ["organizations:read", "requests:read", "requests:write"]
}))]
pub struct CreateApiKey {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// What it may do: no more than its maker in this organization, and nothing that no key may
    /// do.
    #[schema(min_items = 1, max_items = 50)]
    pub scopes: Vec<Permission>,
    /// Whether it works on the organization's records or tries things out; `live` when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub mode: Option<ApiKeyMode>,
    /// Until when it is accepted: 400 days at most, a year when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}

/// How a secret is replaced.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_hours": 48}))]
pub struct RotateApiKey {
    /// Hours that the secret until now is still accepted; 24 when not given. 0 when somebody else
    /// may have it.
    #[serde(default)]
    #[schema(nullable = false, minimum = 0, maximum = 168)]
    pub overlap_hours: Option<i64>,
    /// A new end for the key: 400 days at most. The old one stays when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
}
