//! The conversation with a mail server, step by step: who from, who to, and, after the server has said
//! that it is ready, the contents. Between the last two the caller writes down that it hands over.

use std::error::Error as _;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use secrecy::ExposeSecret;

use crate::config::ConfigError;
use crate::config::mail::{MailConfig, MailSecurity};
use crate::mail::clean;

/// Characters of a server's answer that are kept.
const ANSWER: usize = 300;

/// The code with which a server ends the conversation.
const CLOSING: u16 = 421;

/// A mail server.
pub struct Server {
    host: String,
    port: u16,
    security: MailSecurity,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    name: ClientId,
    patience: Duration,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{})", self.host, self.port)
    }
}

/// Why a step was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The connection is of no more use.
    Lost(String),
    /// The server asks to come back later.
    Later(String),
    /// The server will never take it.
    Never(String),
}

impl Refusal {
    /// What was said.
    #[must_use]
    pub fn into_text(self) -> String {
        match self {
            Self::Lost(text) | Self::Later(text) | Self::Never(text) => text,
        }
    }
}

/// A conversation.
pub struct Connection {
    inner: AsyncSmtpConnection,
    patience: Duration,
}

impl Server {
    /// Prepares the connection to the configured server.
    ///
    /// # Errors
    ///
    /// When a certificate cannot be read.
    pub fn new(config: &MailConfig) -> Result<Self, ConfigError> {
        let invalid = |error: &dyn std::fmt::Display| {
            ConfigError::Invalid(format!("mail.ca_file, or TLS for mail: {error}"))
        };
        let host = config.host.clone().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_owned();
        let tls = if config.security == MailSecurity::None {
            None
        } else {
            let mut builder = TlsParameters::builder(host.clone());
            if let Some(path) = &config.ca_file {
                let pem = std::fs::read(path).map_err(|error| invalid(&error))?;
                let certificate = Certificate::from_pem(&pem).map_err(|error| invalid(&error))?;
                builder = builder.add_root_certificate(certificate);
            }
            Some(builder.build().map_err(|error| invalid(&error))?)
        };
        let domain = config
            .from_address
            .as_deref()
            .and_then(|address| address.rsplit_once('@'))
            .map(|(_, domain)| domain.to_owned());
        Ok(Self {
            host,
            port: config.port(),
            security: config.security,
            tls,
            credentials: config.username.clone().zip(config.password.as_ref()).map(
                |(name, password)| Credentials::new(name, password.expose_secret().to_owned()),
            ),
            name: domain.map_or_else(ClientId::default, ClientId::Domain),
            patience: Duration::from_secs(config.answer_seconds),
        })
    }

    /// Begins a conversation: connects, secures the connection, signs in.
    ///
    /// # Errors
    ///
    /// What failed, in a few words.
    pub async fn connect(&self) -> Result<Connection, Refusal> {
        let direct = match self.security {
            MailSecurity::Tls => self.tls.clone(),
            MailSecurity::Starttls | MailSecurity::None => None,
        };
        let mut inner = within(
            self.patience,
            AsyncSmtpConnection::connect_tokio1(
                (self.host.as_str(), self.port),
                Some(self.patience),
                &self.name,
                direct,
                None,
            ),
        )
        .await?;
        if let (MailSecurity::Starttls, Some(tls)) = (self.security, &self.tls) {
            within(self.patience, inner.starttls(tls.clone(), &self.name)).await?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            within(self.patience, inner.auth(&mechanisms, credentials)).await?;
        }
        Ok(Connection {
            inner,
            patience: self.patience,
        })
    }
}

impl Connection {
    /// Names the sender.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn from(&mut self, from: &Address, to: &Address) -> Result<(), Refusal> {
        let mut parameters = Vec::new();
        if !from.to_string().is_ascii() || !to.to_string().is_ascii() {
            let server = self.inner.server_info();
            if !server.supports_feature(Extension::SmtpUtfEight) {
                return Err(Refusal::Never(
                    "the mail server takes no addresses with other than ASCII letters".to_owned(),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(from.clone()), parameters);
        within(self.patience, self.inner.command(mail))
            .await
            .map(drop)
    }

    /// Names the recipient.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn to(&mut self, to: &Address) -> Result<(), Refusal> {
        let recipient = Rcpt::new(to.clone(), Vec::new());
        within(self.patience, self.inner.command(recipient))
            .await
            .map(drop)
    }

    /// Asks the server to take the contents. Once it has agreed, either they are handed over or the
    /// connection is dropped.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn ready(&mut self) -> Result<(), Refusal> {
        within(self.patience, self.inner.command(Data))
            .await
            .map(drop)
    }

    /// Hands the contents over.
    ///
    /// # Errors
    ///
    /// What the server answers. After [`Refusal::Lost`] it may have the mail, or not.
    pub async fn hand_over(&mut self, contents: &[u8]) -> Result<(), Refusal> {
        within(self.patience, self.inner.message(contents))
            .await
            .map(drop)
    }

    /// Gives up what was begun, so that the next mail can be. Whether the connection is still good.
    pub async fn reset(&mut self) -> bool {
        within(self.patience, self.inner.command(Rset))
            .await
            .is_ok()
    }

    /// Ends the conversation.
    pub async fn quit(mut self) {
        let patience = self.patience.min(Duration::from_secs(2));
        let _ = within(patience, self.inner.command(Quit)).await;
    }
}

/// One step, within this time.
async fn within<T>(
    patience: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Refusal> {
    match tokio::time::timeout(patience, step).await {
        Err(_) => Err(Refusal::Lost("no answer in time".to_owned())),
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(refusal(&error)),
    }
}

fn refusal(error: &lettre::transport::smtp::Error) -> Refusal {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let code = error.status().map(u16::from);
    let text = match code {
        Some(code) => clean::line(&format!("{code} {said}"), ANSWER),
        None if error.is_tls() => clean::line(&format!("TLS: {said}"), ANSWER),
        None => clean::line(&format!("no conversation: {said}"), ANSWER),
    };
    if code == Some(CLOSING) {
        Refusal::Lost(text)
    } else if error.is_transient() {
        Refusal::Later(text)
    } else if error.is_permanent() {
        Refusal::Never(text)
    } else {
        Refusal::Lost(text)
    }
}
