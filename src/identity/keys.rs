//! Signing keys: made by the service, sealed in the database, shared by every replica, replaced
//! on a schedule.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;

use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::signing_keys::{self, dsl as table};

const PURPOSE: &str = "signing-key";
const DAY: i64 = 24 * 3600;

/// A stored key.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub(super) struct SigningKey {
    pub id: String,
    /// The public key, base64url: `x` of the JWK.
    pub public_key: String,
    pub sealed_private_key: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl SigningKey {
    /// The private key in PKCS#8.
    pub fn private(&self, keyring: &Keyring) -> Result<Vec<u8>, Problem> {
        keyring
            .open(PURPOSE, &self.sealed_private_key)
            .map_err(|error| Problem::internal(format!("signing key {}: {error}", self.id)))
    }
}

/// Every key whose tokens may still be accepted, the newest first.
pub(super) fn current(conn: &mut Connection, now: Timestamp) -> Result<Vec<SigningKey>, Problem> {
    Ok(table::signing_keys
        .filter(table::expires_at.gt(now))
        .order((table::created_at.desc(), table::id.desc()))
        .select(SigningKey::as_select())
        .load(conn)?)
}

/// Makes a key when the newest is older than `days`, or in any case when `always`. Tokens of the
/// one before are accepted for a day longer than it signs.
pub(super) fn rotate(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    days: i64,
    always: bool,
) -> Result<bool, Problem> {
    let newest = current(tx.conn, tx.now)?.into_iter().next();
    let is_fresh = newest.is_some_and(|key| key.created_at.plus_seconds(days * DAY) > tx.now);
    if is_fresh && !always {
        return Ok(false);
    }
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(Problem::internal)?;
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).map_err(Problem::internal)?;
    let key = SigningKey {
        id: crate::kernel::id::fresh(),
        public_key: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
        sealed_private_key: keyring
            .seal(PURPOSE, pkcs8.as_ref())
            .map_err(Problem::internal)?,
        created_at: tx.now,
        expires_at: tx.now.plus_seconds((days + 1) * DAY),
    };
    diesel::insert_into(table::signing_keys)
        .values(key)
        .execute(tx.conn)?;
    Ok(true)
}
