//! Queueing mail, in the transaction of the change that it tells of: no mail without its change, and
//! no change without its mail.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::identity::model::fold_email;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::ical;
use crate::kernel::id::{MailMessageId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::mail::clean;
use crate::mail::model::{MailMessage, MailStatus};
use crate::mail::template::Template;
use crate::schema::mail_messages::{self, dsl};

/// Rows in one statement, at most.
const CHUNK: usize = 500;

/// Characters of a name, at most.
const NAME: usize = 200;

/// Who is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
}

/// The appointment that a mail carries. A calendar program replaces what it has under the same UID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meeting {
    /// Whether it is asked for or called off.
    pub method: ical::Method,
    /// The appointment.
    pub event: ical::CalendarEvent,
}

/// A mail that is to be queued.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Which mail.
    pub template: Template,
    /// Who is written to.
    pub to: Recipient,
    /// The organization whose affair it is; its time zone is the recipient's where they name none.
    pub organization_id: Option<OrganizationId>,
    /// The kind of record it is about and its id, as in the journal.
    pub about: (&'static str, String),
    /// What the template shows. Its `link`, a path, becomes an address of this service; `{token}` in
    /// it is replaced by the secret. Erased once the mail is sent.
    pub values: serde_json::Value,
    /// The token of its link, sealed with `Keyring::seal("mail", …)`. Erased once the mail is sent.
    pub secret: Option<String>,
    /// Its appointment.
    pub meeting: Option<Meeting>,
    /// Whether it is worth waking somebody: it does not wait for the end of quiet hours. For what
    /// starts within hours and was moved or called off.
    pub urgent: bool,
    /// What it is for, such as `briefing_reminder:brf_…:reg_…:86400`: never queued twice.
    pub once: String,
    /// When it may be sent first; at once when not given.
    pub not_before: Option<Timestamp>,
    /// When it is of no use any more, such as when its link ends: quiet hours and digests do not hold it
    /// back beyond it, and it is not sent later.
    pub useful_until: Option<Timestamp>,
}

/// Queues a mail. `None` when a mail with this `once` is known.
///
/// # Errors
///
/// When the database fails.
pub fn queue(tx: &mut Tx<'_>, draft: Draft) -> Result<Option<MailMessageId>, Problem> {
    let mut queued = queue_all(tx, vec![draft])?;
    Ok(queued.pop())
}

/// Queues several mails, as cheaply as one. Those whose `once` is known are left out. The ids of the
/// others, in order.
///
/// # Errors
///
/// When the database fails.
pub fn queue_all(tx: &mut Tx<'_>, drafts: Vec<Draft>) -> Result<Vec<MailMessageId>, Problem> {
    let known = known(tx, &drafts)?;
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if !known.contains(&draft.once) && seen.insert(draft.once.clone()) {
            rows.push(row(tx.now, draft)?);
        }
    }
    let ids = rows.iter().map(|row| row.id.clone()).collect();
    for chunk in rows.chunks(CHUNK) {
        crate::insert_all!(&mut *tx.conn, mail_messages::table, chunk.to_vec())?;
    }
    Ok(ids)
}

fn known(tx: &mut Tx<'_>, drafts: &[Draft]) -> Result<HashSet<String>, Problem> {
    let mut known = HashSet::new();
    for chunk in drafts.chunks(CHUNK) {
        let wanted: Vec<&str> = chunk.iter().map(|draft| draft.once.as_str()).collect();
        let found: Vec<String> = mail_messages::table
            .filter(dsl::once.eq_any(wanted))
            .select(dsl::once)
            .load(tx.conn)?;
        known.extend(found);
    }
    Ok(known)
}

fn row(now: Timestamp, draft: Draft) -> Result<MailMessage, Problem> {
    let meeting = draft
        .meeting
        .map(|meeting| serde_json::to_string(&meeting))
        .transpose()
        .map_err(Problem::internal)?;
    let (subject_kind, subject_id) = draft.about;
    // One database cannot store what the other would; an address with a space is none in any case.
    let email = draft.to.email.replace('\0', " ");
    Ok(MailMessage {
        id: MailMessageId::fresh(),
        once: draft.once,
        kind: draft.template,
        template_version: draft.template.version(),
        status: MailStatus::Queued,
        to_name: draft.to.name.map(|name| clean::line(&name, NAME)),
        to_email_folded: fold_email(&email),
        to_email: email,
        organization_id: draft.organization_id,
        subject_kind: subject_kind.to_owned(),
        subject_id,
        contents: Some(draft.values.to_string()),
        sealed_secret: draft.secret,
        meeting,
        is_urgent: draft.urgent,
        digest_id: None,
        attempts: 0,
        round_attempts: 0,
        next_attempt_at: draft.not_before.unwrap_or(now).max(now),
        claimed_by: None,
        last_error: None,
        sent_at: None,
        created_at: now,
        updated_at: now,
        useful_until: draft.useful_until,
        is_held_back: false,
    })
}

/// Takes back what is still waiting about this record, of these templates. What a worker is sending
/// at this moment is left to it. How many were taken back.
///
/// # Errors
///
/// When the database fails.
pub fn withdraw(
    tx: &mut Tx<'_>,
    about: (&str, &str),
    templates: &[Template],
) -> Result<usize, Problem> {
    let (kind, id) = about;
    withdraw_all(tx, kind, &[id.to_owned()], templates)
}

/// As [`withdraw`], about many records of a kind, in few statements.
///
/// # Errors
///
/// When the database fails.
pub fn withdraw_all(
    tx: &mut Tx<'_>,
    kind: &str,
    ids: &[String],
    templates: &[Template],
) -> Result<usize, Problem> {
    let mut withdrawn = 0;
    for ids in ids.chunks(CHUNK) {
        withdrawn += diesel::update(
            mail_messages::table
                .filter(dsl::subject_kind.eq(kind))
                .filter(dsl::subject_id.eq_any(ids))
                .filter(dsl::kind.eq_any(templates.to_vec()))
                .filter(dsl::status.eq(MailStatus::Queued)),
        )
        .set((
            dsl::status.eq(MailStatus::Withdrawn),
            dsl::contents.eq(None::<String>),
            dsl::sealed_secret.eq(None::<String>),
            dsl::meeting.eq(None::<String>),
            dsl::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    }
    Ok(withdrawn)
}

/// Of which of these records no mail of these templates has gone out, because the one that was queued is
/// held back, or was taken back while it was; with the sealed token of the one that waits.
///
/// # Errors
///
/// When the database fails.
pub fn unheard(
    tx: &mut Tx<'_>,
    kind: &str,
    ids: &[String],
    templates: &[Template],
) -> Result<HashMap<String, Option<String>>, Problem> {
    let mut unheard = HashMap::new();
    let mut heard = HashSet::new();
    for ids in ids.chunks(CHUNK) {
        type Row = (String, MailStatus, Option<String>, Timestamp, bool);
        let rows: Vec<Row> = mail_messages::table
            .filter(dsl::subject_kind.eq(kind))
            .filter(dsl::subject_id.eq_any(ids))
            .filter(dsl::kind.eq_any(templates.to_vec()))
            .select((
                dsl::subject_id,
                dsl::status,
                dsl::sealed_secret,
                dsl::next_attempt_at,
                dsl::is_held_back,
            ))
            .load(tx.conn)?;
        for (id, status, sealed, next_attempt_at, is_held_back) in rows {
            match status {
                MailStatus::Queued if tx.now < next_attempt_at => {
                    let token: &mut Option<String> = unheard.entry(id).or_default();
                    *token = token.take().or(sealed);
                }
                MailStatus::Withdrawn if is_held_back => {
                    unheard.entry(id).or_default();
                }
                MailStatus::Withdrawn => {}
                _ => {
                    heard.insert(id);
                }
            }
        }
    }
    unheard.retain(|id, _| !heard.contains(id));
    Ok(unheard)
}

/// Lets what waits about these records wait until it is of no use, if nothing is queued in its place
/// before.
///
/// # Errors
///
/// When the database fails.
pub fn put_off(
    tx: &mut Tx<'_>,
    kind: &str,
    ids: &[String],
    templates: &[Template],
) -> Result<(), Problem> {
    for ids in ids.chunks(CHUNK) {
        diesel::update(
            mail_messages::table
                .filter(dsl::subject_kind.eq(kind))
                .filter(dsl::subject_id.eq_any(ids))
                .filter(dsl::kind.eq_any(templates.to_vec()))
                .filter(dsl::status.eq(MailStatus::Queued))
                .filter(dsl::useful_until.is_not_null()),
        )
        .set((
            dsl::next_attempt_at.eq(dsl::useful_until.assume_not_null()),
            dsl::is_held_back.eq(true),
        ))
        .execute(tx.conn)?;
    }
    Ok(())
}

/// What waits for its recipient's clock. What was put off waits for something else.
#[diesel::dsl::auto_type]
fn held_back() -> _ {
    let queued: MailStatus = MailStatus::Queued;
    let is_put_off = dsl::next_attempt_at.ge(dsl::useful_until.assume_not_null());
    mail_messages::table
        .filter(dsl::status.eq(queued))
        .filter(dsl::is_held_back)
        .filter(dsl::useful_until.is_null().or(diesel::dsl::not(is_put_off)))
}

/// Until when what still waits about these records is of use, in place of what was said of it. What is
/// held back is looked at again: it may not bear waiting any more.
///
/// # Errors
///
/// When the database fails.
pub fn set_useful_until(
    tx: &mut Tx<'_>,
    kind: &str,
    ids: &[String],
    until: Timestamp,
) -> Result<(), Problem> {
    for ids in ids.chunks(CHUNK) {
        diesel::update(
            held_back()
                .filter(dsl::subject_kind.eq(kind))
                .filter(dsl::subject_id.eq_any(ids)),
        )
        .set((dsl::next_attempt_at.eq(tx.now), dsl::is_held_back.eq(false)))
        .execute(tx.conn)?;
        diesel::update(
            mail_messages::table
                .filter(dsl::subject_kind.eq(kind))
                .filter(dsl::subject_id.eq_any(ids))
                .filter(dsl::status.eq(MailStatus::Queued))
                .filter(dsl::useful_until.is_not_null()),
        )
        .set(dsl::useful_until.eq(until))
        .execute(tx.conn)?;
    }
    Ok(())
}

/// Has what was held back for this recipient's clock looked at again: it is another clock now.
///
/// # Errors
///
/// When the database fails.
pub fn look_again(tx: &mut Tx<'_>, email_folded: &str) -> Result<(), Problem> {
    diesel::update(held_back().filter(dsl::to_email_folded.eq(email_folded)))
        .set((dsl::next_attempt_at.eq(tx.now), dsl::is_held_back.eq(false)))
        .execute(tx.conn)?;
    Ok(())
}

/// The addresses, as they are compared, that mail about this record, of these templates, still waits
/// for.
///
/// # Errors
///
/// When the database fails.
pub fn waiting(
    tx: &mut Tx<'_>,
    about: (&str, &str),
    templates: &[Template],
) -> Result<HashSet<String>, Problem> {
    let (kind, id) = about;
    let found: Vec<String> = mail_messages::table
        .filter(dsl::subject_kind.eq(kind))
        .filter(dsl::subject_id.eq(id))
        .filter(dsl::kind.eq_any(templates.to_vec()))
        .filter(dsl::status.eq(MailStatus::Queued))
        .select(dsl::to_email_folded)
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}
