//! What staff do with mail, and forgetting it.

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::MailMessageId;
use crate::mail::clean;
use crate::mail::messages::lifecycle::{LIFECYCLE, MailAction};
use crate::mail::model::{MailMessage, MailStatus};
use crate::mail::outcome;
use crate::schema::mail_messages::{self, dsl};

/// How long what a mail says is kept when it could not be sent, so that it can be sent again, in
/// seconds.
const CONTENTS_KEPT_FOR: i64 = 30 * 24 * 3600;

/// Rows forgotten at a time.
const FORGOTTEN: i64 = 5_000;

/// Ids in one condition, at most.
const CHUNK: usize = 500;

/// Characters of a reason, at most.
const REASON: usize = 300;

/// Locks a mail for an action and gives it with the status that the action leads to.
fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MailMessageId,
    action: MailAction,
) -> Result<MailMessage, Problem> {
    let row = Locked::<MailMessage>::acquire(tx, id.as_str())?
        .ok_or_else(Problem::not_found)?
        .into_inner();
    let status = LIFECYCLE.after(row.status, action, |permission| scope.can(permission))?;
    Ok(MailMessage { status, ..row })
}

fn store(tx: &mut Tx<'_>, mut row: MailMessage) -> Result<MailMessage, Problem> {
    row.updated_at = tx.now;
    row.claimed_by = None;
    diesel::update(mail_messages::table.filter(dsl::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// Records that a mail in doubt has arrived: its id is in the mail server's log. What it said is
/// erased, as of any mail that is sent; it counts as sent when it came into doubt. One that seemed to
/// have come back has arrived too, or would now: its address counts as good again.
///
/// # Errors
///
/// 404; 409 in another state.
pub fn confirm(tx: &mut Tx<'_>, scope: &Scope, id: &MailMessageId) -> Result<MailMessage, Problem> {
    let mut row = acquire(tx, scope, id, MailAction::Confirm)?;
    row.sent_at = row.sent_at.or(Some(row.updated_at));
    row.last_error = None;
    outcome::clear_bounce(tx, &row)?;
    outcome::erase(&mut row);
    let row = store(tx, row)?;
    tx.record(outcome::event("mail_message.confirmed", &row, None))?;
    Ok(row)
}

/// Sends a mail again that is in doubt, failed or bounced. It goes out under the same `Message-ID`,
/// and its address counts as good until it is refused again.
///
/// # Errors
///
/// 404; 409 in another state, and when what it said is erased.
pub fn resend(tx: &mut Tx<'_>, scope: &Scope, id: &MailMessageId) -> Result<MailMessage, Problem> {
    let mut row = acquire(tx, scope, id, MailAction::Resend)?;
    if row.contents.is_none() {
        return Err(Problem::new(
            Code::Conflict,
            "What the mail said is erased: it can no longer be sent. Once it is confirmed, other mail goes \
             to its address again.",
        ));
    }
    outcome::clear_bounce(tx, &row)?;
    row.round_attempts = 0;
    row.next_attempt_at = tx.now;
    row.last_error = None;
    let row = store(tx, row)?;
    tx.record(outcome::event("mail_message.resent", &row, None))?;
    Ok(row)
}

/// Records that a mail came back. Nothing more is sent to the address until a mail to it is sent
/// again.
///
/// # Errors
///
/// 404; 409 in another state.
pub fn bounce(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MailMessageId,
    reason: &str,
) -> Result<MailMessage, Problem> {
    let mut row = acquire(tx, scope, id, MailAction::Bounce)?;
    let reason = clean::line(reason, REASON);
    outcome::note_bounce(tx, &row, &reason)?;
    row.last_error = Some(reason.clone());
    let row = store(tx, row)?;
    tx.record(outcome::event("mail_message.bounced", &row, Some(&reason)))?;
    Ok(row)
}

/// Erases what mail says that could not be sent for long, and forgets old mail altogether. How much.
///
/// # Errors
///
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, keep_days: i64) -> Result<usize, Problem> {
    let erased = diesel::update(
        mail_messages::table
            .filter(dsl::status.eq_any([
                MailStatus::Failed,
                MailStatus::Bounced,
                MailStatus::InDoubt,
            ]))
            .filter(dsl::contents.is_not_null())
            .filter(dsl::updated_at.lt(tx.now.plus_seconds(-CONTENTS_KEPT_FOR))),
    )
    .set((
        dsl::contents.eq(None::<String>),
        dsl::sealed_secret.eq(None::<String>),
        dsl::meeting.eq(None::<String>),
    ))
    .execute(tx.conn)?;
    let before = tx.now.plus_seconds(-keep_days.saturating_mul(24 * 3600));
    let old: Vec<MailMessageId> = mail_messages::table
        .filter(dsl::created_at.lt(before))
        .filter(dsl::status.ne(MailStatus::HandedOver))
        .order((dsl::created_at, dsl::id))
        .limit(FORGOTTEN)
        .select(dsl::id)
        .load(tx.conn)?;
    for ids in old.chunks(CHUNK) {
        diesel::delete(mail_messages::table.filter(dsl::id.eq_any(ids))).execute(tx.conn)?;
    }
    Ok(erased + old.len())
}
