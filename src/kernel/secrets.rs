//! Keys derived from the one configured secret, and what is done with them: sealing what must be
//! read back, keyed digests of what must only be recognized, and random tokens.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::{constant_time, digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The fewest characters the configured secret may have.
pub const SECRET_MIN_LENGTH: usize = 32;

/// The keys of this installation. Every replica derives the same from the same secret.
pub struct Keyring {
    sealing: [u8; 32],
    tagging: hmac::Key,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(redacted)")
    }
}

impl Keyring {
    /// Derives the keys from the configured secret (HKDF-SHA256, RFC 5869).
    #[must_use]
    pub fn derive(secret: &str) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"chancery").extract(secret.as_bytes());
        Self::from_prk(&prk, "")
    }

    fn from_prk(prk: &hkdf::Prk, purpose: &str) -> Self {
        let key_for = |use_of_it: &[u8]| {
            let mut key = [0_u8; 32];
            let info = [purpose.as_bytes(), use_of_it];
            let derived = prk
                .expand(&info, hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(&mut key));
            debug_assert!(derived.is_ok(), "32 bytes are always within HKDF's range");
            key
        };
        Self {
            sealing: key_for(b"sealing"),
            tagging: hmac::Key::new(hmac::HMAC_SHA256, &key_for(b"tagging")),
        }
    }

    /// Keys of their own for one thing, made from these and from a `salt`. Once the salt is gone they
    /// cannot be made again, and what they sealed stays closed.
    #[must_use]
    pub fn derived(&self, purpose: &str, salt: &[u8]) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&self.sealing);
        Self::from_prk(&prk, &format!("{purpose}/"))
    }

    /// Encrypts `plain` for storage; `purpose` must be the same to open it.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<String, SealError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.sealing).map_err(|_| SealError)?;
        let mut data = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(purpose.as_bytes()), &mut data)
            .map_err(|_| SealError)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend(data);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what [`Keyring::seal`] made.
    ///
    /// # Errors
    ///
    /// When it was made with another secret or purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (nonce, data) = bytes.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.sealing).map_err(|_| SealError)?;
        let mut data = data.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut data)
            .map_err(|_| SealError)?;
        Ok(plain.to_vec())
    }

    /// A short keyed digest of `data`, for values that we give out and must recognize.
    #[must_use]
    pub fn tag(&self, purpose: &str, data: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.tagging);
        context.update(purpose.as_bytes());
        context.update(b"\0");
        context.update(data);
        let tag = context.sign();
        URL_SAFE_NO_PAD.encode(tag.as_ref().split_at(16).0)
    }

    /// Whether `tag` is ours for this data; takes the same time for every wrong answer.
    #[must_use]
    pub fn is_tag(&self, purpose: &str, data: &[u8], tag: &str) -> bool {
        let expected = self.tag(purpose, data);
        constant_time::verify_slices_are_equal(expected.as_bytes(), tag.as_bytes()).is_ok()
    }
}

/// Sealed data could not be made or opened.
#[derive(Debug, thiserror::Error)]
#[error("sealed data cannot be opened: it was made with another secret, or changed")]
pub struct SealError;

/// A new random token: `prefix` and 256 bits.
///
/// # Errors
///
/// When the system has no randomness to give.
pub fn random_token(prefix: &str) -> Result<String, SealError> {
    let bytes = random_bytes::<32>()?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// Random bytes from the system.
///
/// # Errors
///
/// When the system has no randomness to give.
pub fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], SealError> {
    let mut bytes = [0_u8; LENGTH];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| SealError)?;
    Ok(bytes)
}

/// The form in which a random token is stored. Tokens have 256 random bits, so a plain digest
/// gives nothing away.
#[must_use]
pub fn token_digest(token: &str) -> String {
    to_hex(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}

/// Bytes as lower-case hexadecimal.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the addresses of calendars begin with; the token of one follows.
const CALENDARS: &str = "/calendars/";

/// The path as it is logged and recorded: an API key that was put there by mistake is left out, and
/// so is the token in the address of a calendar, which is a key too.
#[must_use]
pub fn without_keys(path: &str) -> String {
    if path.starts_with(CALENDARS) {
        return format!("{CALENDARS}…");
    }
    path.split('/')
        .map(|part| {
            let found = ["chy_", "chf_"]
                .into_iter()
                .find_map(|key| Some((part.find(key)?, key)));
            match found {
                Some((at, key)) => format!("{}{key}…", part.split_at(at).0),
                None => part.to_owned(),
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_and_purpose_only() {
        let keyring = Keyring::derive("a secret of at least 32 characters");
        let sealed = keyring.seal("signing-key", b"private").unwrap();
        assert_eq!(keyring.open("signing-key", &sealed).unwrap(), b"private");
        assert!(keyring.open("another", &sealed).is_err());
        let other = Keyring::derive("another secret of at least 32 chars");
        assert!(other.open("signing-key", &sealed).is_err());
        assert!(keyring.open("signing-key", "AAAA").is_err());
    }

    #[test]
    fn what_derived_keys_sealed_opens_with_the_same_salt_only() {
        let keyring = Keyring::derive("a secret of at least 32 characters");
        let derived = keyring.derived("poll", b"a salt");
        let sealed = derived.seal("ballot", b"yes").unwrap();
        assert_eq!(
            keyring
                .derived("poll", b"a salt")
                .open("ballot", &sealed)
                .unwrap(),
            b"yes"
        );
        for other in [
            keyring.derived("poll", b"another"),
            keyring.derived("pol", b"a salt"),
            keyring,
        ] {
            assert!(other.open("ballot", &sealed).is_err());
        }
    }

    #[test]
    fn a_key_in_a_path_is_left_out_of_it() {
        assert_eq!(
            without_keys("/v1/event-requests/chy_live_abc/x"),
            "/v1/event-requests/chy_…/x"
        );
        assert_eq!(without_keys("/v1/xchy_test_abc"), "/v1/xchy_…");
        assert_eq!(without_keys("/calendars/chf_abc.ics"), "/calendars/…");
        assert_eq!(without_keys("/calendars/%63hf_abc.ics"), "/calendars/…");
        assert_eq!(without_keys("//calendars/chf_abc.ics"), "//calendars/chf_…");
        assert_eq!(without_keys("/v1/briefings"), "/v1/briefings");
    }
}
