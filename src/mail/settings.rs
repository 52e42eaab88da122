//! What mail needs beside the kernel, read from the configuration once.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveTime;
use chrono_tz::Tz;
use lettre::Address;
use lettre::message::Mailbox;

use crate::config::mail::{MailConfig, MailTransport, local_time};
use crate::config::{Config, ConfigError};
use crate::mail::hours::Quiet;
use crate::mail::smtp::Server;
use crate::mail::templates::Templates;

/// Where mail goes.
#[derive(Debug)]
pub enum Transport {
    /// Into a folder.
    Folder(PathBuf),
    /// To a mail server.
    Smtp(Box<Server>),
}

/// What mail needs beside the kernel; one value for the whole process.
#[derive(Debug, Clone)]
pub struct Mail(Arc<Settings>);

impl std::ops::Deref for Mail {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

/// See [`Mail`].
#[derive(Debug)]
pub struct Settings {
    /// The texts.
    pub templates: Templates,
    /// Where mail goes.
    pub transport: Transport,
    /// Whom it is from.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The address that clients use.
    pub public_url: String,
    /// When nothing is sent that can wait, where a recipient names no hours.
    pub quiet: Quiet,
    /// When digests are sent.
    pub digest_at: NaiveTime,
    /// The zone of whoever has none.
    pub office_zone: Tz,
    /// Connections to the mail server at a time.
    pub connections: usize,
    /// Attempts before a mail is given up.
    pub max_attempts: i64,
    /// Seconds until the second attempt.
    pub retry_seconds: i64,
    /// Days for which it is remembered what became of a mail.
    pub keep_days: i64,
}

impl Mail {
    /// Reads the configuration.
    ///
    /// # Errors
    ///
    /// When an address, a certificate or a text cannot be read.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let mail = &config.mail;
        let invalid = |text: String| ConfigError::Invalid(text);
        let transport = match mail.transport {
            MailTransport::File => Transport::Folder(config.mail_folder()),
            MailTransport::Smtp => Transport::Smtp(Box::new(Server::new(mail)?)),
        };
        let office_zone = config.office.time_zone.parse().map_err(|_| {
            invalid("office.time_zone is not a time zone of the IANA database".to_owned())
        })?;
        let time = |text: &str| {
            local_time(text).ok_or_else(|| invalid(format!("mail: {text:?} is no local time")))
        };
        let public_url = config.public_url();
        Ok(Self(Arc::new(Settings {
            templates: Templates::new().map_err(|error| invalid(error.to_string()))?,
            transport,
            from: Mailbox::new(
                Some(mail.from_name.clone()).filter(|name| !name.is_empty()),
                sender(mail, &public_url)?,
            ),
            reply_to: mail
                .reply_to
                .as_deref()
                .map(|text| address("mail.reply_to", text))
                .transpose()?
                .map(|address| Mailbox::new(None, address)),
            public_url,
            quiet: Quiet {
                from: time(&mail.quiet_from)?,
                until: time(&mail.quiet_until)?,
            },
            digest_at: time(&mail.digest_at)?,
            office_zone,
            connections: mail.connections,
            max_attempts: mail.max_attempts,
            retry_seconds: mail.retry_seconds,
            keep_days: mail.keep_days,
        })))
    }
}

fn address(key: &str, text: &str) -> Result<Address, ConfigError> {
    text.parse()
        .map_err(|_| ConfigError::Invalid(format!("{key}: {text:?} is not a mail address")))
}

/// The sender's address. Files leave the house for nowhere, so an address of the public URL's host
/// will do for them.
fn sender(config: &MailConfig, public_url: &str) -> Result<Address, ConfigError> {
    if let Some(text) = &config.from_address {
        return address("mail.from_address", text);
    }
    let host = reqwest::Url::parse(public_url)
        .ok()
        .and_then(|url| url.domain().map(str::to_owned))
        .unwrap_or_else(|| "localhost".to_owned());
    address("server.public_url", &format!("office@{host}"))
}
