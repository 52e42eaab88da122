//! Configuration: typed, checked at start, secrets redacted.
//!
//! One precedence, from strongest to weakest: environment (`CHANCERY_SERVER__BIND` sets
//! `server.bind`), the TOML file that `--config` or `CHANCERY_CONFIG` names, the defaults below.
//! `DATABASE_URL` is read where `CHANCERY_DATABASE__URL` is not set, because platforms set it.
//! Every key is described in `chancery.example.toml`; a test compares the two.

pub mod briefings;
pub mod mail;
pub mod services;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::briefings::BriefingsConfig;
use crate::config::mail::MailConfig;
use crate::config::services::{
    OfficeConfig, ProgramsConfig, RequestsConfig, StorageConfig, WebhooksConfig,
};
use crate::kernel::blobs::BlobSettings;
use crate::kernel::db::DatabaseSettings;
use crate::kernel::db::dialect::Location;
use crate::kernel::secrets::SECRET_MIN_LENGTH;

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the SQLite database and generated files are kept.
    pub data_dir: PathBuf,
    /// The HTTP service.
    pub server: ServerConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// Signing in.
    pub auth: AuthConfig,
    /// Limits on callers.
    pub limits: LimitConfig,
    /// The office's hours.
    pub office: OfficeConfig,
    /// The rules for event requests.
    pub requests: RequestsConfig,
    /// Briefings.
    pub briefings: BriefingsConfig,
    /// Embedded-diplomat programs.
    pub programs: ProgramsConfig,
    /// Where documents are kept.
    pub storage: StorageConfig,
    /// Webhooks.
    pub webhooks: WebhooksConfig,
    /// Mail.
    pub mail: MailConfig,
    /// The log.
    pub log: LogConfig,
}

/// The HTTP service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Where the API listens.
    pub bind: SocketAddr,
    /// Where the metrics are served; nowhere when empty. Never the API's own address.
    pub metrics_bind: Option<SocketAddr>,
    /// The address that clients use, for links and token issuers. From `bind` when empty.
    pub public_url: Option<String>,
    /// Threads that accept requests; the number of cores when 0.
    pub workers: usize,
    /// Seconds that requests in flight have to finish when the service stops.
    pub shutdown_seconds: u64,
    /// Origins whose pages may call the API from a browser.
    pub allowed_origins: Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `postgres://…` or `sqlite://path`. A file in `data_dir` when empty.
    pub url: Option<SecretString>,
    /// Connections held open, at most.
    pub connections: u32,
    /// Callers that may wait for a connection, at most.
    pub queue: usize,
    /// Milliseconds a caller may wait for a connection.
    pub wait_milliseconds: u64,
}

/// Signing in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthConfig {
    /// The secret from which this installation's keys are derived; 32 characters or more, the
    /// same on every replica.
    pub secret: Option<SecretString>,
    /// Seconds an access token is good for.
    pub access_token_seconds: i64,
    /// Seconds without a refresh after which a session ends.
    pub idle_seconds: i64,
    /// Seconds after sign-in at which a session ends in any case.
    pub session_seconds: i64,
    /// Seconds an invitation link is good for.
    pub invitation_seconds: i64,
    /// Days after which a new signing key is made.
    pub signing_key_days: i64,
    /// Memory of one password hash, in KiB. Not configurable: only tests make it small.
    #[serde(skip)]
    pub hash_memory_kib: u32,
}

/// Limits on callers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    /// Requests a minute for each caller, and for each address before sign-in.
    pub requests_per_minute: NonZeroU32,
    /// Failed sign-ins of one account within 15 minutes before it must wait.
    pub login_failures_per_account: i64,
    /// Failed sign-ins from one address within 15 minutes before it must wait.
    pub login_failures_per_address: i64,
}

/// The log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `json` or `text`.
    pub format: LogFormat,
    /// What is logged, as `tracing` filter directives.
    pub filter: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("var"),
            server: ServerConfig::default(),
            database: DatabaseConfig::default(),
            auth: AuthConfig::default(),
            limits: LimitConfig::default(),
            office: OfficeConfig::default(),
            requests: RequestsConfig::default(),
            briefings: BriefingsConfig::default(),
            programs: ProgramsConfig::default(),
            storage: StorageConfig::default(),
            webhooks: WebhooksConfig::default(),
            mail: MailConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_bind: None,
            public_url: None,
            workers: 0,
            shutdown_seconds: 8,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: None,
            connections: 8,
            queue: 1024,
            wait_milliseconds: 2500,
        }
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            secret: None,
            access_token_seconds: 600,
            idle_seconds: 900,
            session_seconds: 12 * 3600,
            invitation_seconds: 7 * 24 * 3600,
            signing_key_days: 30,
            hash_memory_kib: 19 * 1024,
        }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            requests_per_minute: NonZeroU32::MIN.saturating_add(1199),
            login_failures_per_account: 10,
            login_failures_per_address: 100,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            filter: "info".to_owned(),
        }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key is unknown, or has a value of the wrong kind.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// A value breaks a rule.
    #[error("{0}")]
    Invalid(String),
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    ///
    /// When a key is unknown or a value cannot be used.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        if let Ok(url) = std::env::var("DATABASE_URL") {
            builder = builder.set_override("database.url", url)?;
        }
        builder = builder.add_source(
            config::Environment::with_prefix("CHANCERY")
                .prefix_separator("_")
                .separator("__")
                .try_parsing(true)
                .list_separator(",")
                .with_list_parse_key("server.allowed_origins")
                .with_list_parse_key("server.trusted_proxies")
                .with_list_parse_key("webhooks.allowed_networks")
                .with_list_parse_key("briefings.follow_up_reminder_days")
                .with_list_parse_key("briefings.reminder_hours")
                .with_list_parse_key("programs.reminder_days")
                .ignore_empty(true),
        );
        if let Ok(url) = std::env::var("CHANCERY_DATABASE__URL") {
            builder = builder.set_override("database.url", url)?;
        }
        let config: Self = without_own_variables(builder.build()?)?.try_deserialize()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let invalid = |text: &str| Err(ConfigError::Invalid(text.to_owned()));
        self.location()?;
        if self.server.metrics_bind == Some(self.server.bind) {
            return invalid("server.metrics_bind must not be the address of the API");
        }
        let auth = &self.auth;
        if !(60..=3600).contains(&auth.access_token_seconds) {
            return invalid("auth.access_token_seconds must be between 60 and 3600");
        }
        if !(auth.access_token_seconds..=24 * 3600).contains(&auth.idle_seconds) {
            return invalid(
                "auth.idle_seconds must be between auth.access_token_seconds and 86400",
            );
        }
        if !(auth.idle_seconds..=24 * 3600).contains(&auth.session_seconds) {
            return invalid("auth.session_seconds must be between auth.idle_seconds and 86400");
        }
        if auth.invitation_seconds < 60 || !(1..=365).contains(&auth.signing_key_days) {
            return invalid(
                "auth.invitation_seconds must be 60 or more, auth.signing_key_days 1 to 365",
            );
        }
        self.office.calendar()?;
        self.storage.check()?;
        self.mail.check()?;
        if self.database.connections == 0 {
            return invalid("database.connections must be 1 or more");
        }
        Ok(())
    }

    /// The secret.
    ///
    /// # Errors
    ///
    /// When it is missing or short; says which command makes one.
    pub fn secret(&self) -> Result<&str, ConfigError> {
        let secret = self.auth.secret.as_ref().map(ExposeSecret::expose_secret);
        match secret {
            Some(secret) if secret.chars().count() >= SECRET_MIN_LENGTH => Ok(secret),
            Some(_) => Err(ConfigError::Invalid(format!(
                "auth.secret (CHANCERY_AUTH__SECRET) is shorter than {SECRET_MIN_LENGTH} characters; \
                 make one with `chancery secret`"
            ))),
            None => Err(ConfigError::Invalid(
                "auth.secret (CHANCERY_AUTH__SECRET) is not set; make one with `chancery secret`"
                    .to_owned(),
            )),
        }
    }

    /// Where the database is.
    ///
    /// # Errors
    ///
    /// When the URL has an unknown scheme.
    pub fn location(&self) -> Result<Location, ConfigError> {
        match &self.database.url {
            Some(url) => Location::parse(url.expose_secret()).map_err(ConfigError::Invalid),
            None => Ok(Location::Sqlite(self.data_dir.join("chancery.db"))),
        }
    }

    /// The settings of the connection pool.
    ///
    /// # Errors
    ///
    /// When the URL has an unknown scheme.
    pub fn database_settings(&self) -> Result<DatabaseSettings, ConfigError> {
        Ok(DatabaseSettings {
            location: self.location()?,
            connections: self.database.connections,
            queue: self.database.queue,
            wait: Duration::from_millis(self.database.wait_milliseconds),
        })
    }

    /// Where files are kept.
    #[must_use]
    pub fn blob_settings(&self) -> BlobSettings {
        self.storage.blob_settings(&self.data_dir)
    }

    /// The folder for mail as files.
    #[must_use]
    pub fn mail_folder(&self) -> PathBuf {
        self.mail
            .folder
            .clone()
            .unwrap_or_else(|| self.data_dir.join("mail"))
    }

    /// The address that clients use.
    #[must_use]
    pub fn public_url(&self) -> String {
        self.server
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.server.bind))
            .trim_end_matches('/')
            .to_owned()
    }
}

/// `CHANCERY_CONFIG` names the file and is no key of it.
fn without_own_variables(config: config::Config) -> Result<config::Config, config::ConfigError> {
    let mut values: std::collections::HashMap<String, config::Value> = config.try_deserialize()?;
    values.remove("config");
    let mut builder = config::Config::builder();
    for (key, value) in values {
        builder = builder.set_override(key, value)?;
    }
    builder.build()
}
