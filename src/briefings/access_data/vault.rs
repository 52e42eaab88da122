//! Sealing access data and opening it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::briefings::access_data::wire::AccessData;
use crate::kernel::http::Problem;
use crate::kernel::id::RegistrationId;
use crate::kernel::secrets::{Keyring, random_bytes};

/// What a key is made from, in bytes.
const SALT: usize = 32;

/// The length that every text is brought to before it is sealed, so that its length says nothing.
const LENGTH: usize = 512;

/// Access data as it is stored. Neither part opens it without the other.
pub struct Sealed {
    /// What the key was made from.
    pub salt: String,
    /// The data.
    pub sealed: String,
}

/// What sealed data is bound to: it opens for no other registration.
fn label(registration: &RegistrationId) -> String {
    format!("access-data/{registration}")
}

/// Seals the data of one attendee, under a key of its own.
///
/// # Errors
///
/// 500 when the system has no randomness to give.
pub fn seal(
    keyring: &Keyring,
    registration: &RegistrationId,
    data: &AccessData,
) -> Result<Sealed, Problem> {
    let salt = random_bytes::<SALT>().map_err(Problem::internal)?;
    let mut plain = serde_json::to_vec(data)
        .map_err(|_| Problem::internal("access data cannot be written down"))?;
    if plain.len() > LENGTH {
        return Err(Problem::internal("access data is longer than it can be"));
    }
    plain.resize(LENGTH, b' ');
    let sealed = keyring
        .derived("access-data", &salt)
        .seal(&label(registration), &plain)
        .map_err(Problem::internal)?;
    Ok(Sealed {
        salt: URL_SAFE_NO_PAD.encode(salt),
        sealed,
    })
}

/// Opens what [`seal`] made.
///
/// # Errors
///
/// 500 when it was sealed for another registration or with another secret, or changed.
pub fn open(
    keyring: &Keyring,
    registration: &RegistrationId,
    Sealed { salt, sealed }: &Sealed,
) -> Result<AccessData, Problem> {
    let salt = URL_SAFE_NO_PAD.decode(salt).map_err(Problem::internal)?;
    let plain = keyring
        .derived("access-data", &salt)
        .open(&label(registration), sealed)
        .map_err(Problem::internal)?;
    // What the reader says of a fault would show what it read.
    serde_json::from_slice(&plain)
        .map_err(|_| Problem::internal("sealed access data cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::briefings::access_data::wire::{IdDocument, IdDocumentKind};

    fn data(number: &str) -> AccessData {
        AccessData {
            birth_date: "1971-03-29".parse().unwrap(),
            citizenship: "US".to_owned(),
            id_document: IdDocument {
                kind: IdDocumentKind::Passport,
                number: number.to_owned(),
            },
        }
    }

    #[test]
    fn sealed_data_has_one_length_and_opens_for_its_own_registration_and_salt_only() {
        let keyring = Keyring::derive("a secret of at least 32 characters");
        let registration = RegistrationId::fresh();
        let short = seal(&keyring, &registration, &data("X1")).unwrap();
        let long = seal(&keyring, &registration, &data(&"9".repeat(40))).unwrap();
        assert_eq!(short.sealed.len(), long.sealed.len());
        assert_ne!(short.salt, long.salt);
        let opened = open(&keyring, &registration, &short).unwrap();
        assert_eq!(opened.id_document.number, "X1");
        assert!(open(&keyring, &RegistrationId::fresh(), &short).is_err());
        let swapped = Sealed {
            salt: long.salt,
            sealed: short.sealed,
        };
        assert!(open(&keyring, &registration, &swapped).is_err());
    }
}
