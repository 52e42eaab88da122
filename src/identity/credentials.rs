//! What a request shows to say who sends it, and finding out whether that holds.
//!
//! An access token's signature says who, an API key's digest finds whose it is; the database says
//! whether that still holds. What it said is believed for half a second, so a logout, a
//! deactivation or a revocation holds everywhere within one second; and never beyond the instant at
//! which a posting of the person begins or ends.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderMap};

use crate::identity::api_keys::model::is_formed;
use crate::identity::api_keys::{commands, queries as keys};
use crate::identity::{Identity, queries, sessions};
use crate::kernel::Kernel;
use crate::kernel::access::{Actor, Principal};
use crate::kernel::db::WriteContext;
use crate::kernel::http::{Code, Problem, RequestContext};
use crate::kernel::id::{ApiKeyId, SessionId};
use crate::kernel::secrets::token_digest;
use crate::kernel::time::Timestamp;

/// The header that carries an API key.
pub const API_KEY_HEADER: &str = "x-api-key";

/// Query parameters that clients elsewhere send keys in.
const KEY_PARAMETERS: [&str; 6] = [
    "api_key",
    "apikey",
    "api-key",
    "x-api-key",
    "x_api_key",
    "key",
];

/// The credentials of a request. They can be kept and checked again, as a stream that stays open
/// must. Never shown in a log: there is no `Debug`.
#[derive(Clone)]
pub enum Credentials {
    /// A person's access token.
    AccessToken(String),
    /// A system's API key.
    ApiKey(String),
}

impl Credentials {
    /// What these headers show; `None` when it is nothing.
    ///
    /// # Errors
    ///
    /// 401 when it cannot be read, or there is more than one.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let refused = |detail: &str| Problem::new(Code::Unauthenticated, detail);
        let tokens: Vec<_> = headers.get_all(header::AUTHORIZATION).collect();
        let keys: Vec<_> = headers.get_all(API_KEY_HEADER).collect();
        match (tokens.as_slice(), keys.as_slice()) {
            ([], []) => Ok(None),
            ([token], []) => {
                let token = token
                    .to_str()
                    .map_err(|_| refused("The Authorization header cannot be read."))?
                    .split_once(' ')
                    .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                    .map(|(_, token)| token.trim())
                    .ok_or_else(Self::token_refused)?;
                Ok(Some(Self::AccessToken(token.to_owned())))
            }
            ([], [key]) => {
                let key = key
                    .to_str()
                    .map_err(|_| refused("The X-Api-Key header cannot be read."))?;
                Ok(Some(Self::ApiKey(key.trim().to_owned())))
            }
            _ => Err(refused(
                "Send one of Authorization and X-Api-Key, and send it once.",
            )),
        }
    }

    fn token_refused() -> Problem {
        Problem::new(Code::Unauthenticated, "The access token is not accepted.")
    }

    /// 401 for a key, with no word about which of the reasons it is.
    #[must_use]
    pub fn key_refused() -> Problem {
        Problem::new(
            Code::Unauthenticated,
            "The API key is not accepted: it is unknown, expired, replaced or revoked.",
        )
    }

    /// The digest under which an API key is stored.
    #[must_use]
    pub fn key_digest(&self) -> Option<String> {
        match self {
            Self::AccessToken(_) => None,
            Self::ApiKey(key) => Some(token_digest(key)),
        }
    }

    /// Who this is, if it still holds.
    ///
    /// # Errors
    ///
    /// 401 when it does not; 503 when the database is busy or out of reach.
    pub async fn check(&self, identity: &Identity, kernel: &Kernel) -> Result<Principal, Problem> {
        match self {
            Self::AccessToken(token) => check_token(token, identity, kernel).await,
            Self::ApiKey(key) => check_key(key, identity, kernel).await,
        }
    }
}

async fn check_token(
    token: &str,
    identity: &Identity,
    kernel: &Kernel,
) -> Result<Principal, Problem> {
    let claims = identity.tokens.verify(token).await?;
    let now = kernel.clock.now();
    let believed_as = CacheKey::Session(claims.sid.clone());
    if let Some(principal) = identity.principals.get(&believed_as, now) {
        return Ok(principal);
    }
    let session_id = claims.sid;
    let (principal, until) = kernel
        .db
        .read(move |conn| {
            let user = sessions::live(conn, &session_id, now)?
                .filter(|user| user.id == claims.sub)
                .ok_or_else(Credentials::token_refused)?;
            // A posting begins and ends by the clock, without anybody's changing a record.
            let (homes, until) = queries::homes_until(conn, &user.id, now)?;
            let principal = Principal::User {
                homes,
                user_id: user.id,
                session_id,
            };
            Ok((principal, until))
        })
        .await?;
    identity
        .principals
        .put(believed_as, principal.clone(), until);
    Ok(principal)
}

async fn check_key(key: &str, identity: &Identity, kernel: &Kernel) -> Result<Principal, Problem> {
    if !is_formed(key) {
        return Err(Credentials::key_refused());
    }
    let digest = token_digest(key);
    let now = kernel.clock.now();
    let believed_as = CacheKey::ApiKey(digest.clone());
    if let Some(principal) = identity.principals.get(&believed_as, now) {
        return Ok(principal);
    }
    let wanted = digest.clone();
    let (key, secret, home) = kernel
        .db
        .read(move |conn| keys::accepted(conn, &wanted, now))
        .await?
        .ok_or_else(Credentials::key_refused)?;
    if commands::is_use_due(&secret, now) {
        note_use(kernel.clone(), key.id.clone(), digest, now);
    }
    let until = secret
        .retires_at
        .map_or(key.expires_at, |retires_at| retires_at.min(key.expires_at));
    let principal = Principal::Service {
        scopes: key.effective_scopes(),
        is_sandbox: key.is_sandbox,
        key_id: key.id,
        home,
    };
    identity
        .principals
        .put(believed_as, principal.clone(), Some(until));
    Ok(principal)
}

/// Notes the use of a secret while the request goes on.
fn note_use(kernel: Kernel, key: ApiKeyId, digest: String, now: Timestamp) {
    let context = WriteContext {
        actor: Actor::ApiKey(key),
        now,
        request: RequestContext::default(),
    };
    actix_web::rt::spawn(async move {
        let noted = kernel
            .db
            .write(context, move |tx| commands::note_use(tx, &digest))
            .await;
        if let Err(problem) = noted {
            tracing::warn!(%problem, "the use of an API key could not be noted");
        }
    });
}

/// Whether a query carries an API key, or a parameter that is meant for one. Addresses end up in
/// logs and histories, so a key that comes this way is given away.
#[must_use]
pub fn is_key_in_query(query: &str) -> bool {
    serde_urlencoded::from_str::<Vec<(String, String)>>(query)
        .unwrap_or_default()
        .iter()
        .any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let is_key = value.trim_start().starts_with("chy_");
            KEY_PARAMETERS.contains(&name.as_str()) && (is_key || name != "key")
        })
}

/// How long the database's answer is believed.
const BELIEVED_FOR: Duration = Duration::from_millis(500);

/// Answers held at most.
const HELD: usize = 10_000;

#[derive(PartialEq, Eq, Hash)]
enum CacheKey {
    Session(SessionId),
    /// By the digest of the secret: two secrets of one key end at different times.
    ApiKey(String),
}

struct Believed {
    since: Instant,
    until: Option<Timestamp>,
    principal: Principal,
}

/// Principals looked up a moment ago.
#[derive(Default)]
pub struct PrincipalCache(Mutex<HashMap<CacheKey, Believed>>);

impl PrincipalCache {
    fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Principal> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(key)
            .filter(|one| one.since.elapsed() < BELIEVED_FOR)
            .filter(|one| one.until.is_none_or(|until| now < until))
            .map(|one| one.principal.clone())
    }

    fn put(&self, key: CacheKey, principal: Principal, until: Option<Timestamp>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.retain(|_, one| one.since.elapsed() < BELIEVED_FOR);
        }
        let since = Instant::now();
        held.insert(
            key,
            Believed {
                since,
                until,
                principal,
            },
        );
    }

    /// Forgets everyone, after a change of accounts, sessions or keys in this process.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_query_is_seen_in_any_spelling_and_nothing_else_is() {
        for query in [
            "api_key=chy_live_x",
            "limit=1&API_KEY=",
            "apikey=1",
            "X-Api-Key=chy_test_x",
            "%61pi_key=x",
            "key=chy_live_x",
            "key=%20chy%5Flive_x",
        ] {
            assert!(is_key_in_query(query), "{query}");
        }
        for query in ["", "q=chy", "key=1", "limit=1", "api=1", "sort=key"] {
            assert!(!is_key_in_query(query), "{query}");
        }
    }
}
