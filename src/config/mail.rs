//! What an operator can set of mail: where it goes, whom it is from, and when it stays quiet.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::NaiveTime;
use secrecy::SecretString;
use serde::Deserialize;

use crate::config::ConfigError;

/// How mail is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// `file` or `smtp`.
    pub transport: MailTransport,
    /// The folder for mail as files; `mail` in `data_dir` when not set.
    pub folder: Option<PathBuf>,
    /// The mail server.
    pub host: Option<String>,
    /// Its port; 465, 587 or 25 when not set, as `security` says.
    pub port: Option<u16>,
    /// How the connection is secured.
    pub security: MailSecurity,
    /// The name to sign in with.
    pub username: Option<String>,
    /// The password to sign in with.
    pub password: Option<SecretString>,
    /// Certificates in PEM form that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The local time, HH:MM, from which nothing is sent that can wait.
    pub quiet_from: String,
    /// The local time, HH:MM, until which nothing is sent that can wait.
    pub quiet_until: String,
    /// The local time, HH:MM, at which digests are sent.
    pub digest_at: String,
    /// Connections to the mail server at a time.
    pub connections: usize,
    /// Attempts before a mail is given up.
    pub max_attempts: i64,
    /// Seconds until the second attempt; doubled with each further one, up to six hours.
    pub retry_seconds: i64,
    /// Days for which it is remembered what became of a mail.
    pub keep_days: i64,
    /// Seconds in which the mail server must answer. Not configurable: only tests make it few.
    #[serde(skip)]
    pub answer_seconds: u64,
}

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// Into files, one a mail.
    File,
    /// To a mail server.
    Smtp,
}

/// How the connection to the mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS; a server without it is not used.
    Starttls,
    /// None. Within this machine only.
    None,
}

impl MailConfig {
    /// Checks what depends on each other.
    ///
    /// # Errors
    ///
    /// When a value is missing or breaks a rule.
    pub fn check(&self) -> Result<(), ConfigError> {
        let invalid = |text: &str| Err(ConfigError::Invalid(text.to_owned()));
        for (key, text) in [
            ("quiet_from", &self.quiet_from),
            ("quiet_until", &self.quiet_until),
            ("digest_at", &self.digest_at),
        ] {
            if local_time(text).is_none() {
                return invalid(&format!("mail.{key} must be a local time such as 07:00"));
            }
        }
        if !(1..=100).contains(&self.max_attempts)
            || self.retry_seconds < 1
            || self.keep_days < 1
            || !(1..=32).contains(&self.connections)
        {
            return invalid(
                "mail.max_attempts must be 1 to 100, mail.connections 1 to 32, mail.retry_seconds \
                 and mail.keep_days 1 or more",
            );
        }
        if self.username.is_some() != self.password.is_some() {
            return invalid("mail.username and mail.password go together");
        }
        if self.transport == MailTransport::File {
            return Ok(());
        }
        let Some(host) = &self.host else {
            return invalid("mail.host is not set");
        };
        if self.from_address.is_none() {
            return invalid("mail.from_address is not set");
        }
        if self.security == MailSecurity::None && !is_loopback(host) {
            return invalid(
                "mail.security = \"none\" is for a mail server on this machine (localhost) only",
            );
        }
        Ok(())
    }

    /// The port of the mail server.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            MailSecurity::Tls => 465,
            MailSecurity::Starttls => 587,
            MailSecurity::None => 25,
        })
    }
}

/// A local time of the form HH:MM.
#[must_use]
pub fn local_time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            transport: MailTransport::File,
            folder: None,
            host: None,
            port: None,
            security: MailSecurity::Tls,
            username: None,
            password: None,
            ca_file: None,
            from_name: "Office of Subnational Diplomacy".to_owned(),
            from_address: None,
            reply_to: None,
            quiet_from: "21:00".to_owned(),
            quiet_until: "07:00".to_owned(),
            digest_at: "08:00".to_owned(),
            connections: 4,
            max_attempts: 16,
            retry_seconds: 60,
            keep_days: 400,
            answer_seconds: 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(host: &str, security: MailSecurity) -> MailConfig {
        MailConfig {
            transport: MailTransport::Smtp,
            host: Some(host.to_owned()),
            from_address: Some("office@example.gov".to_owned()),
            security,
            ..MailConfig::default()
        }
    }

    #[test]
    fn without_tls_only_this_machine_is_written_to() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"] {
            assert!(smtp(host, MailSecurity::None).check().is_ok(), "{host}");
        }
        for host in [
            "mail.example.gov",
            "10.0.0.1",
            "localhost.example.gov",
            "::2",
        ] {
            assert!(smtp(host, MailSecurity::None).check().is_err(), "{host}");
            assert!(smtp(host, MailSecurity::Starttls).check().is_ok(), "{host}");
        }
    }

    #[test]
    fn times_of_day_and_what_goes_together_are_checked() {
        let broken = |change: fn(&mut MailConfig)| {
            let mut config = smtp("localhost", MailSecurity::None);
            change(&mut config);
            config.check().is_err()
        };
        assert!(broken(|config| config.quiet_from = "25:00".to_owned()));
        assert!(broken(|config| config.digest_at = "8".to_owned()));
        assert!(broken(|config| config.username = Some("office".to_owned())));
        assert!(broken(|config| config.from_address = None));
        assert!(broken(|config| config.host = None));
        assert!(broken(|config| config.max_attempts = 0));
    }
}
