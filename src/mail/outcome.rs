//! What became of an attempt, written down.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use serde_json::json;

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::journal::{Event, Subject};
use crate::mail::MAIL_MESSAGE;
use crate::mail::model::{Bounce, MailMessage, MailStatus};
use crate::mail::rules::{Retry, after_failure};
use crate::schema::mail_bounces;
use crate::schema::mail_messages::{self, dsl};

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has it, or it is a file.
    Sent,
    /// The server asks to come back later.
    Later(String),
    /// It will never be taken.
    Failed(String),
    /// The address was refused.
    Bounced(String),
    /// The connection broke off while it was handed over.
    InDoubt(String),
    /// It was not tried: the mail server is out of reach, or the service stops.
    Untried(Option<String>),
}

/// An event about a mail. Addresses are not part of it: the journal is kept longer than the queue.
#[must_use]
pub fn event(kind: &'static str, row: &MailMessage, reason: Option<&str>) -> Event {
    Event::new(
        kind,
        Subject {
            kind: MAIL_MESSAGE,
            id: row.id.to_string(),
            version: None,
        },
    )
    .organization(row.organization_id.as_ref())
    .payload(json!({
        "kind": row.kind,
        "about": {"kind": row.subject_kind, "id": row.subject_id},
        "reason": reason,
    }))
}

/// Stores what became of the mail as a whole.
fn store(tx: &mut Tx<'_>, row: &MailMessage, reason: Option<&str>) -> Result<(), Problem> {
    let (worker, has_arrived) = (row.claimed_by.clone(), Some(row.status == MailStatus::Sent));
    // What others have made of it meanwhile stands, unless the mail has arrived.
    diesel::update(
        mail_messages::table
            .filter(dsl::id.eq(&row.id))
            .filter(dsl::status.eq_any([
                MailStatus::Queued,
                MailStatus::HandedOver,
                MailStatus::InDoubt,
            ]))
            .filter(
                dsl::claimed_by
                    .eq(worker)
                    .or(has_arrived.into_sql::<Nullable<Bool>>()),
            ),
    )
    .set((
        dsl::status.eq(row.status),
        dsl::contents.eq(&row.contents),
        dsl::sealed_secret.eq(&row.sealed_secret),
        dsl::meeting.eq(&row.meeting),
        dsl::attempts.eq(row.attempts),
        dsl::round_attempts.eq(row.round_attempts),
        dsl::next_attempt_at.eq(row.next_attempt_at),
        dsl::claimed_by.eq(None::<String>),
        dsl::last_error.eq(reason),
        dsl::sent_at.eq(row.sent_at),
        dsl::updated_at.eq(tx.now),
    ))
    .execute(tx.conn)?;
    Ok(())
}

/// Erases what a mail says.
pub fn erase(row: &mut MailMessage) {
    row.contents = None;
    row.sealed_secret = None;
    row.meeting = None;
}

/// Puts a mail into doubt.
///
/// # Errors
///
/// When the database fails.
pub fn doubt(tx: &mut Tx<'_>, row: &MailMessage, reason: &str) -> Result<(), Problem> {
    let mut row = row.clone();
    row.status = MailStatus::InDoubt;
    row.attempts += 1;
    store(tx, &row, Some(reason))?;
    tx.record(event("mail_message.doubted", &row, Some(reason)))
}

/// Notes that an address cannot be written to.
///
/// # Errors
///
/// When the database fails.
pub fn note_bounce(tx: &mut Tx<'_>, row: &MailMessage, reason: &str) -> Result<(), Problem> {
    clear_bounce(tx, row)?;
    diesel::insert_into(mail_bounces::table)
        .values(Bounce {
            email_folded: row.to_email_folded.clone(),
            reason: reason.to_owned(),
            bounced_at: tx.now,
        })
        .execute(tx.conn)?;
    Ok(())
}

/// Notes that an address can be written to again.
///
/// # Errors
///
/// When the database fails.
pub fn clear_bounce(tx: &mut Tx<'_>, row: &MailMessage) -> Result<(), Problem> {
    diesel::delete(mail_bounces::table.filter(mail_bounces::email_folded.eq(&row.to_email_folded)))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes down what became of an attempt.
///
/// # Errors
///
/// When the database fails.
pub fn settle(
    tx: &mut Tx<'_>,
    row: &MailMessage,
    outcome: &Outcome,
    retry: Retry,
) -> Result<(), Problem> {
    let mut row = row.clone();
    if !matches!(outcome, Outcome::Untried(_) | Outcome::InDoubt(_)) {
        row.attempts += 1;
        row.round_attempts += 1;
    }
    match outcome {
        Outcome::Sent => {
            row.status = MailStatus::Sent;
            row.sent_at = Some(tx.now);
            erase(&mut row);
            store(tx, &row, None)
        }
        Outcome::Later(reason) => match after_failure(row.round_attempts, retry) {
            Some(wait) => {
                row.status = MailStatus::Queued;
                row.next_attempt_at = tx.now.plus_microseconds(wait);
                store(tx, &row, Some(reason))
            }
            None => fail(tx, row, reason),
        },
        Outcome::Failed(reason) => fail(tx, row, reason),
        Outcome::Bounced(reason) => {
            row.status = MailStatus::Bounced;
            note_bounce(tx, &row, reason)?;
            store(tx, &row, Some(reason))?;
            tx.record(event("mail_message.bounced", &row, Some(reason)))
        }
        Outcome::InDoubt(reason) => doubt(tx, &row, reason),
        Outcome::Untried(reason) => {
            row.status = MailStatus::Queued;
            store(tx, &row, reason.as_deref())
        }
    }
}

fn fail(tx: &mut Tx<'_>, mut row: MailMessage, reason: &str) -> Result<(), Problem> {
    row.status = MailStatus::Failed;
    store(tx, &row, Some(reason))?;
    tx.record(event("mail_message.failed", &row, Some(reason)))
}

/// Gives a mail up without trying, because its address was refused before.
///
/// # Errors
///
/// When the database fails.
pub fn refuse(tx: &mut Tx<'_>, mut row: MailMessage, reason: &str) -> Result<(), Problem> {
    row.status = MailStatus::Bounced;
    store(tx, &row, Some(reason))?;
    tx.record(event("mail_message.bounced", &row, Some(reason)))
}
