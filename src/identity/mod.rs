//! Identity: who people are and how they prove it.
//!
//! Accounts ([`commands`]) belong to organizations with a role. They are invited by a single-use
//! link and choose their password themselves ([`passwords`]). Signing in starts a session with
//! short access tokens ([`tokens`]) and rotating refresh tokens ([`sessions`]); guessing is slowed
//! down ([`throttle`]). A city's own systems have [`api_keys`], and a person can have a place in an
//! organization for a time ([`postings`]). [`authenticate`] turns a request's
//! [`credentials`] into a principal, at most half a second after whatever changed it, on every
//! replica.

pub mod api_keys;
pub mod authenticate;
pub mod commands;
pub mod credentials;
pub mod handlers;
mod keys;
pub mod model;
pub mod page;
pub mod passwords;
pub mod postings;
pub mod queries;
pub mod sessions;
pub mod throttle;
pub mod tokens;
pub mod wire;

use std::sync::Arc;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::config::Config;
use crate::identity::credentials::PrincipalCache;
use crate::identity::passwords::Passwords;
use crate::identity::tokens::Tokens;
use crate::kernel::Kernel;

/// What signing in needs beside the kernel; one value for the whole process.
#[derive(Clone)]
pub struct Identity {
    /// Hashing and checking passwords.
    pub passwords: Arc<Passwords>,
    /// Signing and checking access tokens.
    pub tokens: Arc<Tokens>,
    /// Principals looked up in the last half second.
    pub principals: Arc<PrincipalCache>,
    /// The configuration.
    pub config: Arc<Config>,
}

impl Identity {
    /// Prepares signing in.
    ///
    /// # Errors
    ///
    /// When the password hasher cannot be set up.
    pub fn new(kernel: &Kernel, config: Arc<Config>) -> Result<Self, passwords::PasswordError> {
        Ok(Self {
            passwords: Arc::new(Passwords::new(config.auth.hash_memory_kib)?),
            tokens: Arc::new(Tokens::new(kernel.clone(), &config)),
            principals: Arc::new(PrincipalCache::default()),
            config,
        })
    }
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    api_keys::routes(config);
    config
        .service(handlers::sessions::log_in)
        .service(handlers::sessions::refresh)
        .service(handlers::sessions::log_out)
        .service(handlers::sessions::accept_invitation)
        .service(handlers::sessions::list_sessions)
        .service(handlers::sessions::end_session)
        .service(handlers::sessions::get_signing_keys)
        .service(handlers::own_account::get_me)
        .service(handlers::own_account::update_me)
        .service(handlers::own_account::change_password)
        .service(handlers::accounts::list_users)
        .service(handlers::accounts::create_user)
        .service(handlers::accounts::get_user)
        .service(handlers::accounts::update_user)
        .service(handlers::accounts::invite_user)
        .service(handlers::accounts::deactivate_user)
        .service(handlers::accounts::reactivate_user);
}
