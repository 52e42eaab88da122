//! Changing what a recipient wants.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::db::{Tx, dialect};
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::time::parse_zone;
use crate::mail::model::MailPreference;
use crate::mail::outbox;
use crate::mail::preferences::queries;
use crate::mail::preferences::wire::{OptionalMail, UpdateMailPreferences};
use crate::schema::mail_preferences::{self, dsl};

/// What this is called in the journal.
const MAIL_PREFERENCES: &str = "mail_preferences";

/// The row whose lock serializes changes: a recipient who has said nothing has no row to lock.
fn lock(tx: &mut Tx<'_>) -> Result<(), Problem> {
    Ok(dialect::lock_by(
        tx.conn,
        "worker_leases",
        "name",
        "mail-claims",
    )?)
}

/// Stores a changed row as its next version. `subject` names the recipient in the journal without
/// their address.
fn store(
    tx: &mut Tx<'_>,
    mut row: MailPreference,
    kind: &'static str,
    subject: String,
) -> Result<MailPreference, Problem> {
    row.version += 1;
    row.updated_at = tx.now;
    if row.version == 1 {
        diesel::insert_into(mail_preferences::table)
            .values(row.clone())
            .execute(tx.conn)?;
    } else {
        diesel::update(mail_preferences::table.filter(dsl::email_folded.eq(&row.email_folded)))
            .set(&row)
            .execute(tx.conn)?;
    }
    tx.record(
        Event::new(
            kind,
            Subject {
                kind: MAIL_PREFERENCES,
                id: subject,
                version: Some(row.version),
            },
        )
        .payload(json!({
            "delivery": row.delivery,
            "has_quiet_hours": row.has_quiet_hours,
            "time_zone": row.time_zone,
            "unsubscribed": row.unsubscribed(),
        })),
    )?;
    Ok(row)
}

/// Changes what a recipient wants.
///
/// # Errors
///
/// 412; 422 for an unknown time zone.
pub fn update(
    tx: &mut Tx<'_>,
    email_folded: &str,
    subject: String,
    if_match: IfMatch,
    change: UpdateMailPreferences,
) -> Result<MailPreference, Problem> {
    lock(tx)?;
    let mut row = queries::of(tx.conn, email_folded, tx.now)?;
    if_match.check(row.version)?;
    let mut faults = Faults::default();
    if let Some(zone) = change.time_zone.value() {
        parse_zone(zone, "/time_zone", &mut faults);
    }
    faults.finish()?;
    change.time_zone.apply(&mut row.time_zone);
    change.quiet_from.apply(&mut row.quiet_from);
    change.quiet_until.apply(&mut row.quiet_until);
    row.has_quiet_hours = change.has_quiet_hours.unwrap_or(row.has_quiet_hours);
    row.delivery = change.delivery.unwrap_or(row.delivery);
    if let Some(kinds) = change.unsubscribed {
        row.unsubscribed = joined(kinds);
    }
    outbox::look_again(tx, email_folded)?;
    store(tx, row, "mail_preferences.updated", subject)
}

/// Unsubscribes a recipient from these kinds. Again is as good as once.
///
/// # Errors
///
/// When the database fails.
pub fn unsubscribe(
    tx: &mut Tx<'_>,
    email_folded: &str,
    subject: String,
    kinds: &[OptionalMail],
) -> Result<MailPreference, Problem> {
    lock(tx)?;
    let mut row = queries::of(tx.conn, email_folded, tx.now)?;
    let own = OptionalMail::of(&row.unsubscribed());
    if kinds.iter().all(|kind| own.contains(kind)) {
        return Ok(row);
    }
    row.unsubscribed = joined(own.into_iter().chain(kinds.iter().copied()).collect());
    store(tx, row, "mail_preferences.unsubscribed", subject)
}

fn joined(kinds: Vec<OptionalMail>) -> String {
    let kinds: BTreeSet<&str> = kinds.into_iter().map(OptionalMail::as_str).collect();
    kinds.into_iter().collect::<Vec<_>>().join(" ")
}
