//! Passwords: the rules of NIST SP 800-63B-4 (length, a blocklist, no composition rules) and
//! argon2id (RFC 9106), with at most two hashes at a time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::kernel::http::{Faults, Problem};
use crate::kernel::text;

/// The fewest characters a password may have (SP 800-63B-4, section 3.1.1.2).
pub const MIN_LENGTH: usize = 15;
/// The most characters a password may have.
pub const MAX_LENGTH: usize = 128;

/// Hashes computed at one time: each takes 19 MiB and a core.
const HASHES_AT_A_TIME: usize = 2;
/// Callers that may wait for a hash.
const WAITING: usize = 32;

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password hasher failed: {0}")]
pub struct PasswordError(String);

/// Hashes and checks passwords.
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Checked when there is no account, so that the answer takes as long.
    decoy: String,
}

impl Passwords {
    /// Prepares the hasher: argon2id, two passes, one lane.
    ///
    /// # Errors
    ///
    /// When the parameters are not possible.
    pub fn new(memory_kib: u32) -> Result<Self, PasswordError> {
        let failed = |error: &dyn std::fmt::Display| PasswordError(error.to_string());
        let params = Params::new(memory_kib, 2, 1, None).map_err(|error| failed(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = argon2
            .hash_password(b"nobody has this password")
            .map_err(|error| failed(&error))?
            .to_string();
        Ok(Self {
            argon2,
            turns: Arc::new(Semaphore::new(HASHES_AT_A_TIME)),
            waiting: AtomicUsize::new(0),
            decoy,
        })
    }

    /// Hashes a password on the calling thread.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn hash_blocking(&self, password: &str) -> Result<String, PasswordError> {
        self.argon2
            .hash_password(normalize(password).as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| PasswordError(error.to_string()))
    }

    /// Hashes a password.
    ///
    /// # Errors
    ///
    /// 503 when too many callers wait.
    pub async fn hash(self: &Arc<Self>, password: String) -> Result<String, Problem> {
        self.in_turn(move |passwords| passwords.hash_blocking(&password))
            .await?
            .map_err(Problem::internal)
    }

    /// Whether `password` belongs to `hash`. Takes as long when there is no hash.
    ///
    /// # Errors
    ///
    /// 503 when too many callers wait.
    pub async fn verify(
        self: &Arc<Self>,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        self.in_turn(move |passwords| {
            let checked = hash.as_ref().unwrap_or(&passwords.decoy);
            let matches = PasswordHash::new(checked).is_ok_and(|parsed| {
                passwords
                    .argon2
                    .verify_password(normalize(&password).as_bytes(), &parsed)
                    .is_ok()
            });
            matches && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if ahead >= WAITING {
            return Err(Problem::unavailable("Too many people are signing in.", 1));
        }
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(Problem::internal)?;
        let passwords = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&passwords)
        })
        .await
        .map_err(Problem::internal)
    }
}

/// Passwords are compared in NFC, so that the same keys on another machine give the same password
/// (SP 800-63B-4 asks for it; ASVS 6.2.8 asks for the password exactly as received. NIST's
/// reading is kept: people change machines).
fn normalize(password: &str) -> String {
    password.nfc().collect()
}

/// Notes what is wrong with a new password. `context` holds words it must not be made of: the
/// address, the name, the office.
pub fn check(password: &str, context: &[&str], pointer: &str, faults: &mut Faults) {
    let length = normalize(password).chars().count();
    faults.require(
        (MIN_LENGTH..=MAX_LENGTH).contains(&length),
        pointer,
        "password_length",
        &format!("must have {MIN_LENGTH} to {MAX_LENGTH} characters"),
    );
    if length >= MIN_LENGTH {
        faults.require(
            !is_guessable(password, context),
            pointer,
            "password_guessable",
            "is easy to guess: it is made of common passwords, repetition, or your own name, address or organization",
        );
    }
}

/// The list that ships with the program; its source is in `data/README.md`.
fn common() -> &'static HashSet<String> {
    static LIST: OnceLock<HashSet<String>> = OnceLock::new();
    LIST.get_or_init(|| {
        include_str!("../../data/common-passwords.txt")
            .lines()
            .map(folded)
            .collect()
    })
}

/// The form in which passwords are held against the list.
fn folded(text: &str) -> String {
    text::fold(text).replace(' ', "")
}

/// Whether the password is on the list, or nothing but one or two listed or personal words with
/// digits and punctuation around them, or one piece over and over.
fn is_guessable(password: &str, context: &[&str]) -> bool {
    let folded = folded(password);
    let personal: Vec<String> = context
        .iter()
        .flat_map(|words| {
            let words = text::fold(words);
            let mut parts: Vec<String> = words
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.len() >= 4)
                .map(str::to_owned)
                .collect();
            parts.push(words.replace(|c: char| !c.is_alphanumeric(), ""));
            parts
        })
        .filter(|part| part.len() >= 4)
        .collect();
    let is_known = |word: &str| {
        word.is_empty() || common().contains(word) || personal.iter().any(|part| part == word)
    };
    let letters: Vec<char> = folded
        .trim_matches(|c: char| !c.is_alphabetic())
        .chars()
        .collect();
    let bare = folded.replace(|c: char| !c.is_alphanumeric(), "");
    if is_repetition(&folded) || is_known(&folded) || is_known(&bare) {
        return true;
    }
    (0..=letters.len()).any(|cut| {
        let (head, tail) = letters.split_at(cut);
        let head: String = head.iter().collect();
        let tail: String = tail.iter().collect();
        is_known(&head) && is_known(tail.trim_start_matches(|c: char| !c.is_alphabetic()))
    })
}

/// Whether the text is a piece of up to six characters over and over, or a run such as `abcdef`.
fn is_repetition(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let repeats = (1..=6).any(|size| {
        characters.len() >= size * 2
            && characters
                .iter()
                .zip(characters.iter().skip(size))
                .all(|(a, b)| a == b)
    });
    let mut steps = characters
        .iter()
        .zip(characters.iter().skip(1))
        .map(|(a, b)| i64::from(u32::from(*b)) - i64::from(u32::from(*a)));
    let is_run = steps
        .next()
        .is_some_and(|first| first.abs() <= 1 && steps.all(|step| step == first));
    repeats || is_run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(password: &str) -> Vec<String> {
        let mut faults = Faults::default();
        check(
            password,
            &["mayor@phoenix.example.gov", "Kate Gallego", "Phoenix"],
            "/password",
            &mut faults,
        );
        faults.codes().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn length_counts_characters_and_needs_no_mixture() {
        assert_eq!(faults_of("fourteen chars"), ["password_length"]);
        assert!(faults_of("a quiet harbor town").is_empty());
        assert!(faults_of("correct horse battery staple").is_empty());
        assert!(faults_of(&"a quiet harbor ".repeat(4)).is_empty());
        assert_eq!(
            faults_of(&"xy".repeat(65)),
            ["password_length", "password_guessable"]
        );
    }

    #[test]
    fn common_personal_and_repeated_passwords_are_refused() {
        for guessable in [
            "passwordpassword",
            "Password123456789",
            "phoenix2026202620",
            "PhoenixPhoenix2026!",
            "aaaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            "kategallego12345",
            "1234567890123456",
            "Friend of Emily 2027",
        ] {
            assert_eq!(faults_of(guessable), ["password_guessable"], "{guessable}");
        }
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one_password() {
        let passwords = Passwords::new(64).unwrap();
        let hash = passwords
            .hash_blocking("caf\u{e9} am wei\u{df}en Turm")
            .unwrap();
        let parsed = PasswordHash::new(&hash).unwrap();
        let same = normalize("cafe\u{301} am wei\u{df}en Turm");
        assert!(
            passwords
                .argon2
                .verify_password(same.as_bytes(), &parsed)
                .is_ok()
        );
    }
}
