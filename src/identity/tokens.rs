//! Access tokens: JSON Web Tokens signed with EdDSA (RFC 9068, RFC 8725, RFC 8037).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::Config;
use crate::identity::keys;
use crate::kernel::Kernel;
use crate::kernel::db::WriteContext;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{SessionId, UserId};

/// Seconds by which clocks of replicas may differ.
const LEEWAY: i64 = 30;

/// The media type that access tokens name in their header (RFC 9068).
const TOKEN_TYPE: &str = "at+jwt";

/// Keys are read again this often, and at most this often for an unknown key id.
const RELOAD: Duration = Duration::from_secs(60);
const RELOAD_FOR_UNKNOWN: Duration = Duration::from_secs(1);

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom it is meant.
    pub aud: String,
    /// The person.
    pub sub: UserId,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is good.
    pub nbf: i64,
    /// Its own id.
    pub jti: String,
    /// The session.
    pub sid: SessionId,
}

struct KeySet {
    signing: Option<(String, EncodingKey)>,
    accepted: HashMap<String, DecodingKey>,
    published: Vec<Value>,
    loaded: Instant,
}

/// Signs and checks access tokens.
pub struct Tokens {
    kernel: Kernel,
    issuer: String,
    lifetime: i64,
    key_days: i64,
    keys: RwLock<Option<Arc<KeySet>>>,
}

impl Tokens {
    /// Prepares signing; keys are read when they are first needed.
    #[must_use]
    pub fn new(kernel: Kernel, config: &Config) -> Self {
        // A second call in one process finds the provider installed, which is what is wanted.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Self {
            kernel,
            issuer: config.public_url(),
            lifetime: config.auth.access_token_seconds,
            key_days: config.auth.signing_key_days,
            keys: RwLock::new(None),
        }
    }

    /// Makes a signing key when one is due, or in any case when `always`.
    ///
    /// # Errors
    ///
    /// When the database is out of reach.
    pub async fn rotate(&self, always: bool) -> Result<bool, Problem> {
        let (keyring, days) = (Arc::clone(&self.kernel.keyring), self.key_days);
        let made = self
            .kernel
            .db
            .write(WriteContext::system(self.kernel.clock.now()), move |tx| {
                keys::rotate(tx, &keyring, days, always)
            })
            .await?;
        if made {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(made)
    }

    /// A new access token, and the seconds it is good for.
    ///
    /// # Errors
    ///
    /// When the keys cannot be read.
    pub async fn sign(&self, user: &UserId, session: &SessionId) -> Result<(String, i64), Problem> {
        let mut keys = self.keys(RELOAD).await?;
        if keys.signing.is_none() {
            // Someone else may have made the key just now, so what is held is not asked again.
            self.rotate(false).await?;
            keys = self.keys(Duration::ZERO).await?;
        }
        let (id, key) = keys
            .signing
            .as_ref()
            .ok_or_else(|| Problem::internal("there is no signing key"))?;
        let now = self.kernel.clock.now().seconds();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user.clone(),
            exp: now + self.lifetime,
            iat: now,
            nbf: now,
            jti: crate::kernel::id::fresh(),
            sid: session.clone(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(id.clone());
        let token = jsonwebtoken::encode(&header, &claims, key).map_err(Problem::internal)?;
        Ok((token, self.lifetime))
    }

    /// What a token says, if it is one of ours and good now.
    ///
    /// # Errors
    ///
    /// 401 when it is not; 503 when the keys cannot be read.
    pub async fn verify(&self, token: &str) -> Result<Claims, Problem> {
        let refused = || Problem::new(Code::Unauthenticated, "The access token is not accepted.");
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TOKEN_TYPE) {
            return Err(refused());
        }
        let id = header.kid.ok_or_else(refused)?;
        let mut keys = self.keys(RELOAD).await?;
        if !keys.accepted.contains_key(&id) {
            keys = self.keys(RELOAD_FOR_UNKNOWN).await?;
        }
        let key = keys.accepted.get(&id).ok_or_else(refused)?;
        // Times are checked below, against the injected clock.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation)
            .map_err(|_| refused())?
            .claims;
        let now = self.kernel.clock.now().seconds();
        if claims.exp + LEEWAY <= now || claims.nbf > now + LEEWAY {
            return Err(Problem::new(
                Code::Unauthenticated,
                "The access token has expired; renew it at /v1/auth/refresh.",
            ));
        }
        Ok(claims)
    }

    /// The public keys, as a JSON Web Key Set.
    ///
    /// # Errors
    ///
    /// When the keys cannot be read.
    pub async fn published(&self) -> Result<Vec<Value>, Problem> {
        Ok(self.keys(RELOAD).await?.published.clone())
    }

    async fn keys(&self, max_age: Duration) -> Result<Arc<KeySet>, Problem> {
        let held = self
            .keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(held) = held
            && held.loaded.elapsed() < max_age
        {
            return Ok(held);
        }
        let keyring = Arc::clone(&self.kernel.keyring);
        let now = self.kernel.clock.now();
        let set = self
            .kernel
            .db
            .read(move |conn| {
                let mut set = KeySet {
                    signing: None,
                    accepted: HashMap::new(),
                    published: Vec::new(),
                    loaded: Instant::now(),
                };
                for key in keys::current(conn, now)? {
                    if set.signing.is_none() {
                        let private = EncodingKey::from_ed_der(&key.private(&keyring)?);
                        set.signing = Some((key.id.clone(), private));
                    }
                    let public = DecodingKey::from_ed_components(&key.public_key)
                        .map_err(Problem::internal)?;
                    set.accepted.insert(key.id.clone(), public);
                    set.published.push(json!({
                        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                        "kid": key.id, "x": key.public_key,
                    }));
                }
                Ok(Arc::new(set))
            })
            .await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&set));
        Ok(set)
    }
}
