//! Rows and vocabulary of API keys.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::kernel::access::{Permission, SANDBOX_SCOPES, SERVICE_SCOPES};
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{ApiKeyId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{api_key_secrets, api_keys};

crate::text_enum! {
    /// Whether a key works on the organization's records or tries things out.
    pub enum ApiKeyMode {
        /// On the organization's records.
        Live => "live",
        /// In the sandbox: what it writes is kept apart and sends nothing.
        Test => "test",
    }
}

crate::text_enum! {
    /// Whether a key is accepted.
    pub enum ApiKeyStatus {
        /// Accepted.
        Active => "active",
        /// No longer accepted: its time is over.
        Expired => "expired",
        /// No longer accepted: somebody revoked it.
        Revoked => "revoked",
    }
}

impl ApiKeyMode {
    /// How secrets of such keys begin, so that people and leak scanners know them.
    #[must_use]
    pub const fn secret_prefix(self) -> &'static str {
        match self {
            Self::Live => "chy_live_",
            Self::Test => "chy_test_",
        }
    }

    /// Whether such keys live in the sandbox.
    #[must_use]
    pub const fn is_sandbox(self) -> bool {
        matches!(self, Self::Test)
    }

    /// What such keys may hold at all.
    #[must_use]
    pub const fn scopes(self) -> &'static [Permission] {
        match self {
            Self::Live => SERVICE_SCOPES,
            Self::Test => SANDBOX_SCOPES,
        }
    }
}

/// A key: the account of a system.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, treat_none_as_null = true)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The organization it speaks for.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// The permissions it was given, separated by spaces.
    pub scopes: String,
    /// Whether it lives in the sandbox.
    pub is_sandbox: bool,
    /// Who made it.
    pub created_by: UserId,
    /// Until when it is accepted.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    pub revoked_by: Option<UserId>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for ApiKey {
    const TABLE: &'static str = "api_keys";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        api_keys::table
            .filter(api_keys::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl ApiKey {
    /// Whether it is live or of the sandbox.
    #[must_use]
    pub const fn mode(&self) -> ApiKeyMode {
        if self.is_sandbox {
            ApiKeyMode::Test
        } else {
            ApiKeyMode::Live
        }
    }

    /// What it may do: what it was given, as far as keys may hold that today.
    #[must_use]
    pub fn effective_scopes(&self) -> BTreeSet<Permission> {
        self.scopes
            .split(' ')
            .filter_map(|scope| scope.parse().ok())
            .filter(|scope| self.mode().scopes().contains(scope))
            .collect()
    }

    /// Whether it is accepted at this instant.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> ApiKeyStatus {
        if self.revoked_at.is_some() {
            ApiKeyStatus::Revoked
        } else if self.expires_at <= now {
            ApiKeyStatus::Expired
        } else {
            ApiKeyStatus::Active
        }
    }
}

/// One of a key's secrets.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_key_secrets)]
pub struct ApiKeySecret {
    /// The digest by which the secret is recognized.
    pub digest: String,
    /// The key it belongs to.
    pub key_id: ApiKeyId,
    /// How the secret begins.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is accepted, after it was replaced.
    pub retires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKeySecret {
    /// Whether it is accepted at this instant, as far as the secret is concerned.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.retires_at.is_none_or(|retires_at| retires_at > now)
    }
}

/// Random characters behind the prefix: 256 bits in base64url.
const RANDOM: usize = 43;

/// Whether `text` could be a secret that was given out.
#[must_use]
pub fn is_formed(text: &str) -> bool {
    ApiKeyMode::ALL.iter().any(|mode| {
        text.strip_prefix(mode.secret_prefix()).is_some_and(|rest| {
            rest.len() == RANDOM
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
    })
}

/// How a secret begins: its prefix and four characters, for people to tell which one they hold.
#[must_use]
pub fn hint(secret: &str, mode: ApiKeyMode) -> String {
    secret
        .chars()
        .take(mode.secret_prefix().len() + 4)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::secrets::random_token;

    #[test]
    fn what_is_made_has_the_form_and_its_hint_tells_little() {
        for mode in ApiKeyMode::ALL {
            let secret = random_token(mode.secret_prefix()).unwrap();
            assert!(is_formed(&secret), "{secret}");
            assert_eq!(hint(&secret, *mode).len(), "chy_live_".len() + 4);
            assert!(secret.starts_with(&hint(&secret, *mode)));
            assert!(!is_formed(&secret[1..]));
            assert!(!is_formed(&format!("{secret}x")));
        }
        assert!(!is_formed("chy_live_"));
        assert!(!is_formed(""));
    }
}
