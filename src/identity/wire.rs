//! Accounts, sessions and tokens as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::model::{
    Membership as MembershipRow, Session as SessionRow, User as Row, UserStatus,
};
use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::id::{OrganizationId, SessionId, UserId};
use crate::kernel::time::Timestamp;

/// What it takes to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "administrator@example.gov", "password": "a quiet harbor town"}))]
pub struct LogIn {
    /// The account's address.
    #[schema(min_length = 3, max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
}

/// A session's tokens. Both are shown once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer",
    "expires_in": 600, "refresh_token": "chr_9pXl0b5H2Yq0m6bqkq7o8p0w1x2y3z4A5B6C7D8E9F0",
    "refresh_expires_at": "2026-03-10T17:45:00Z"
}))]
pub struct TokenPair {
    /// Goes into `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds the access token is good for.
    pub expires_in: i64,
    /// Renews both tokens, once, at `/v1/auth/refresh`.
    pub refresh_token: String,
    /// When the refresh token ends: the session is over when it is not used by then.
    pub refresh_expires_at: Timestamp,
}

/// A refresh token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "chr_9pXl0b5H2Yq0m6bqkq7o8p0w1x2y3z4A5B6C7D8E9F0"}))]
pub struct RefreshTokenInput {
    /// As it was given.
    #[schema(min_length = 1, max_length = 200)]
    pub refresh_token: String,
}

/// A single-use link and the password chosen with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "chi_9pXl0b5H2Yq0m6bqkq7o8p0w1x2y3z4A5B6C7D8E9F0", "password": "a quiet harbor town"}))]
pub struct AcceptInvitation {
    /// The token of the invitation.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
    /// The new password: 15 to 128 characters, not a common one.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
}

/// A change of one's own password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "a quiet harbor town", "new_password": "seven grey herons at dawn"}))]
pub struct ChangePassword {
    /// The password until now.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub current_password: String,
    /// The new password: 15 to 128 characters, not a common one.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub new_password: String,
}

/// A signed-in session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "sid_01jz8k2m4n6p8q0r2s4t6v8w0x", "is_current": true, "created_at": "2026-03-10T17:30:00Z",
    "refreshed_at": "2026-03-10T17:40:00Z", "expires_at": "2026-03-11T05:30:00Z",
    "user_agent": "curl/8.5.0", "address": "192.0.2.7"
}))]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whether this request belongs to it.
    pub is_current: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When its tokens were last renewed.
    pub refreshed_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// The program that signed in, as it called itself.
    pub user_agent: Option<String>,
    /// The address it signed in from.
    pub address: Option<String>,
}

impl Session {
    /// The row as its owner sees it.
    #[must_use]
    pub fn of(row: SessionRow, current: &SessionId) -> Self {
        Self {
            is_current: row.id == *current,
            id: row.id,
            created_at: row.created_at,
            refreshed_at: row.refreshed_at,
            expires_at: row.expires_at,
            user_agent: row.user_agent,
            address: row.address,
        }
    }
}

/// The public keys that access tokens are signed with (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "01jz8k2m4n6p8q0r2s4t6v8w0x", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}))]
pub struct JsonWebKeySet {
    /// The keys, the one that signs now first.
    #[schema(value_type = Vec<Object>)]
    pub keys: Vec<serde_json::Value>,
}

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The organization.
    pub organization_id: OrganizationId,
    /// What the person does there.
    pub role: Role,
}

/// A single-use link with which a person chooses a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationLink {
    /// The address of the page that the link opens.
    pub url: String,
    /// The token, for `/v1/auth/accept-invitation`.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "email": "ana.ruiz@phoenix.example.gov", "name": "Ana Ruiz",
    "status": "active",
    "memberships": [{"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "role": "local_staff"}],
    "version": 2, "created_at": "2026-01-05T14:00:00Z", "updated_at": "2026-01-06T09:00:00Z",
    "allowed_actions": ["update", "invite", "deactivate"]
}))]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where the person is reached and what they sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Whether it can be used.
    pub status: UserStatus,
    /// Where the person works, and as what.
    pub memberships: Vec<Membership>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
    /// The link to hand to the person; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub invitation: Option<InvitationLink>,
}

impl User {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, memberships: Vec<MembershipRow>, scope: &Scope) -> Self {
        let allowed_actions: &[&str] = match (scope.can(Permission::UsersWrite), row.status) {
            (false, _) => &[],
            (true, UserStatus::Deactivated) => &["update", "reactivate"],
            (true, _) => &["update", "invite", "deactivate"],
        };
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            status: row.status,
            memberships: memberships
                .into_iter()
                .map(|membership| Membership {
                    organization_id: membership.organization_id,
                    role: membership.role,
                })
                .collect(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed_actions
                .iter()
                .map(|&action| action.to_owned())
                .collect(),
            invitation: None,
        }
    }
}

/// The caller's own account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "email": "ana.ruiz@phoenix.example.gov", "name": "Ana Ruiz",
    "memberships": [{"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "role": "local_staff"}],
    "permissions": ["briefings:read", "organizations:read"], "version": 2,
    "created_at": "2026-01-05T14:00:00Z", "updated_at": "2026-01-06T09:00:00Z",
    "allowed_actions": ["update", "change_password"]
}))]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// Where the person is reached and what they sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Where the person works at this time, and as what; also where they are placed.
    pub memberships: Vec<Membership>,
    /// What the person may do.
    pub permissions: Vec<Permission>,
    /// Rises by one with every change.
    pub version: i64,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Me {
    /// The caller's own row, with the places where they are at this time, postings included.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let user = User::of(row, Vec::new(), scope);
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            memberships: scope
                .homes()
                .iter()
                .map(|home| Membership {
                    organization_id: home.organization_id.clone(),
                    role: home.role,
                })
                .collect(),
            permissions: Permission::ALL
                .iter()
                .copied()
                .filter(|permission| scope.can(*permission))
                .collect(),
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
            allowed_actions: vec!["update".to_owned(), "change_password".to_owned()],
        }
    }
}

/// A change of one's own account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ana Ruiz Ortega"}))]
pub struct UpdateMe {
    /// The person's name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
}

crate::text_enum! {
    /// The orders the list of accounts has.
    pub enum UserSort {
        /// By name, A to Z.
        Name => "name",
        /// By name, Z to A.
        NameDescending => "-name",
    }
}

crate::list_query! {
    /// Which accounts are wanted.
    "users" UserQuery sorted by UserSort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub q: Option<String>,
        /// Whether they can be used.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<UserStatus>,
        /// The organization they belong to.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new account. Its person is invited by a link and chooses the password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ana.ruiz@phoenix.example.gov", "name": "Ana Ruiz",
    "memberships": [{"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "role": "local_staff"}]
}))]
pub struct CreateUser {
    /// Where the person is reached and what they sign in with.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    pub email: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Where the person works, and as what; each organization once.
    #[schema(min_items = 1, max_items = 20)]
    pub memberships: Vec<Membership>,
}

/// A change of an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ana Ruiz Ortega"}))]
pub struct UpdateUser {
    /// The person's name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// Where the person works, and as what, in place of what was. Holds within a second.
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub memberships: Option<Vec<Membership>>,
}
