//! Digests: what was gathered for somebody who wants one mail a day.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::MailMessageId;
use crate::kernel::secrets::Keyring;
use crate::mail::compose;
use crate::mail::model::{MailMessage, MailStatus};
use crate::mail::outbox::{self, Draft, Recipient};
use crate::mail::settings::Settings;
use crate::mail::template::Template;
use crate::schema::mail_messages::{self, dsl};

/// Makes one mail of these, which are for one address.
///
/// # Errors
///
/// When the database fails.
pub fn gather(
    tx: &mut Tx<'_>,
    settings: &Settings,
    keyring: &Keyring,
    rows: Vec<MailMessage>,
) -> Result<(), Problem> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let items: Vec<Value> = rows
        .iter()
        .filter_map(|row| item(settings, keyring, row))
        .collect();
    let digest = outbox::queue(
        tx,
        Draft {
            template: Template::Digest,
            to: Recipient {
                name: first.to_name.clone(),
                email: first.to_email.clone(),
            },
            organization_id: first.organization_id.clone(),
            about: ("mail_message", first.id.to_string()),
            values: json!({"items": items, "person": {"name": first.to_name}}),
            secret: None,
            meeting: None,
            urgent: false,
            once: format!("digest:{}", first.id),
            not_before: None,
            useful_until: None,
        },
    )?;
    let ids: Vec<&MailMessageId> = rows.iter().map(|row| &row.id).collect();
    diesel::update(mail_messages::table.filter(dsl::id.eq_any(ids)))
        .set((
            dsl::status.eq(MailStatus::Gathered),
            dsl::digest_id.eq(digest),
            dsl::contents.eq(None::<String>),
            dsl::claimed_by.eq(None::<String>),
            dsl::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A line of a digest.
fn item(settings: &Settings, keyring: &Keyring, row: &MailMessage) -> Option<Value> {
    let values = compose::values(settings, keyring, row).ok()?;
    let subject = settings
        .templates
        .subject(row.kind, row.template_version, &values);
    match subject {
        Ok(subject) => Some(json!({"subject": subject, "link": values.get("link")})),
        Err(error) => {
            tracing::error!(message = %row.id, kind = %row.kind, %error, "a digest lacks a line");
            None
        }
    }
}
