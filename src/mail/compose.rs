//! From a row of the queue to the bytes that are sent.

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use serde_json::{Value, json};

use crate::kernel::ical::{self, Calendar, Method, Party};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::mail::model::MailMessage;
use crate::mail::outbox::Meeting;
use crate::mail::settings::Settings;
use crate::mail::unsubscribe;
use crate::mail::{SECRET, clean};

/// Characters of a name, at most.
const NAME: usize = 100;

/// A mail, ready to be sent.
#[derive(Debug)]
pub struct Composed {
    /// Who it is for.
    pub to: Address,
    /// What it is.
    pub bytes: Vec<u8>,
}

/// A mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The address is none.
    #[error("the address cannot be written to")]
    Address,
    /// What it shows is gone or cannot be read.
    #[error("its contents cannot be read")]
    Contents,
    /// Its text cannot be made.
    #[error("its text cannot be made")]
    Text,
}

/// What a template is given: the values of the mail and what holds for every mail.
///
/// # Errors
///
/// When the contents cannot be read.
pub fn values(
    settings: &Settings,
    keyring: &Keyring,
    row: &MailMessage,
) -> Result<Value, ComposeError> {
    let contents = row.contents.as_deref().ok_or(ComposeError::Contents)?;
    let contents: Value = serde_json::from_str(contents).map_err(|_| ComposeError::Contents)?;
    let Value::Object(mut values) = clean::value(contents) else {
        return Err(ComposeError::Contents);
    };
    if !values.get("person").is_some_and(Value::is_object) {
        values.insert("person".to_owned(), json!({"name": row.to_name}));
    }
    let secret = match &row.sealed_secret {
        None => None,
        Some(sealed) => {
            let opened = keyring.open(SECRET, sealed).ok();
            let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
            Some(text.ok_or(ComposeError::Contents)?)
        }
    };
    if let Some(path) = values.get("link").and_then(Value::as_str) {
        let path = path.replace("{token}", secret.as_deref().unwrap_or_default());
        let link = format!("{}{path}", settings.public_url);
        values.insert("link".to_owned(), link.into());
    }
    let office = settings.from.name.clone();
    values.insert("office".to_owned(), office.unwrap_or_default().into());
    if let Some(addresses) = unsubscribe::addresses(settings, keyring, row) {
        values.insert("unsubscribe".to_owned(), addresses.page.into());
    }
    Ok(Value::Object(values))
}

/// Makes the mail.
///
/// # Errors
///
/// See [`ComposeError`].
pub fn compose(
    settings: &Settings,
    keyring: &Keyring,
    row: &MailMessage,
    now: Timestamp,
) -> Result<Composed, ComposeError> {
    let to: Address = row.to_email.parse().map_err(|_| ComposeError::Address)?;
    let values = values(settings, keyring, row)?;
    let text = settings
        .templates
        .fill(row.kind, row.template_version, &values)
        .map_err(|error| {
            tracing::error!(message = %row.id, kind = %row.kind, %error, "mail cannot be made");
            ComposeError::Text
        })?;
    let name = row.to_name.as_deref().map(|name| clean::line(name, NAME));
    let recipient = Mailbox::new(name.filter(|name| !name.is_empty()), to.clone());
    let seconds = u64::try_from(now.seconds()).unwrap_or_default();
    let mut builder = Message::builder()
        .message_id(Some(format!(
            "<{}@{}>",
            row.id,
            settings.from.email.domain()
        )))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .from(settings.from.clone())
        .to(recipient)
        .subject(text.subject)
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned())?);
    if let Some(reply_to) = &settings.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if let Some(addresses) = unsubscribe::addresses(settings, keyring, row) {
        let one_click = format!("<{}>", addresses.one_click);
        builder = builder
            .raw_header(raw("List-Unsubscribe", one_click)?)
            .raw_header(raw(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            )?);
    }
    let both = MultiPart::alternative()
        .singlepart(SinglePart::plain(text.plain))
        .singlepart(SinglePart::html(text.html));
    let whole = match calendar(settings, row, now)? {
        None => both,
        Some((method, calendar)) => with_calendar(both, method, calendar)?,
    };
    let message = builder
        .multipart(whole)
        .map_err(|_| ComposeError::Address)?;
    Ok(Composed {
        to,
        bytes: message.formatted(),
    })
}

/// A header of ours that must not be folded. Refused when it has anything but visible ASCII.
fn raw(name: &'static str, value: String) -> Result<HeaderValue, ComposeError> {
    if !value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(ComposeError::Text);
    }
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| ComposeError::Text)?;
    Ok(HeaderValue::dangerous_new_pre_encoded(
        name,
        value.clone(),
        value,
    ))
}

fn calendar(
    settings: &Settings,
    row: &MailMessage,
    now: Timestamp,
) -> Result<Option<(Method, String)>, ComposeError> {
    let Some(meeting) = &row.meeting else {
        return Ok(None);
    };
    let meeting: Meeting = serde_json::from_str(meeting).map_err(|_| ComposeError::Contents)?;
    let calendar = Calendar {
        name: None,
        method: meeting.method,
        organizer: Some(Party {
            name: settings.from.name.clone(),
            email: settings.from.email.to_string(),
        }),
        attendee: Some(Party {
            name: row.to_name.clone(),
            email: row.to_email.clone(),
        }),
        now,
    };
    let text = ical::render(&calendar, std::slice::from_ref(&meeting.event));
    Ok(Some((meeting.method, text)))
}

/// The appointment twice: as one of the alternatives, which is how Outlook and Gmail know a meeting
/// request, and as a file, for everybody else.
fn with_calendar(
    both: MultiPart,
    method: Method,
    calendar: String,
) -> Result<MultiPart, ComposeError> {
    let kind = format!("text/calendar; charset=utf-8; method={}", method.as_str());
    let kind = ContentType::parse(&kind).map_err(|_| ComposeError::Text)?;
    let file = ContentType::parse("application/ics").map_err(|_| ComposeError::Text)?;
    let part = SinglePart::builder().header(kind).body(calendar.clone());
    Ok(MultiPart::mixed()
        .multipart(both.singlepart(part))
        .singlepart(Attachment::new("invite.ics".to_owned()).body(calendar, file)))
}
