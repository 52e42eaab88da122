//! The secrets that sign deliveries: `whsec_` and 32 random bytes in base64, as Standard Webhooks
//! writes them, sealed for storage.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use standardwebhooks::Webhook;

use crate::integrations::endpoints::model::WebhookEndpoint;
use crate::kernel::http::Problem;
use crate::kernel::secrets::{Keyring, random_bytes};
use crate::kernel::time::Timestamp;

const PURPOSE: &str = "webhook-secret";

/// A new secret: as it is shown, and as it is stored.
///
/// # Errors
///
/// When the system has no randomness to give.
pub fn fresh(keyring: &Keyring) -> Result<(String, String), Problem> {
    let bytes = random_bytes::<32>().map_err(Problem::internal)?;
    let sealed = keyring.seal(PURPOSE, &bytes).map_err(Problem::internal)?;
    Ok((format!("whsec_{}", STANDARD.encode(bytes)), sealed))
}

/// Signs for an endpoint: with its secret, and for a while after a rotation with the one before it
/// too.
pub struct Signer(Vec<Webhook>);

impl Signer {
    /// Opens the secrets that sign at this time. One before that cannot be opened signs no more.
    ///
    /// # Errors
    ///
    /// When the endpoint's secret was sealed under another `auth.secret`.
    pub fn of(keyring: &Keyring, row: &WebhookEndpoint, now: Timestamp) -> Result<Self, Problem> {
        let previous = row
            .sealed_previous_secret
            .as_ref()
            .filter(|_| row.previous_secret_until.is_some_and(|until| until > now));
        let opened = |sealed: &String| -> Result<Webhook, Problem> {
            let bytes = keyring.open(PURPOSE, sealed).map_err(Problem::internal)?;
            Webhook::from_bytes(bytes).map_err(Problem::internal)
        };
        let mut secrets = vec![opened(&row.sealed_secret)?];
        secrets.extend(previous.and_then(|sealed| opened(sealed).ok()));
        Ok(Self(secrets))
    }

    /// The `webhook-signature` header: one signature for each secret.
    ///
    /// # Errors
    ///
    /// When the payload is not UTF-8.
    pub fn sign(&self, id: &str, seconds: i64, payload: &str) -> Result<String, Problem> {
        let signatures: Result<Vec<String>, _> = self
            .0
            .iter()
            .map(|secret| secret.sign(id, seconds, payload.as_bytes()))
            .collect();
        Ok(signatures.map_err(Problem::internal)?.join(" "))
    }
}
