//! What may be sent now, of what is due: a recipient's wishes are looked at when a mail would go out,
//! not when it is queued.

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::config::mail::local_time;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{MailMessageId, OrganizationId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::mail::hours::{self, Quiet};
use crate::mail::model::{Bounce, MailDelivery, MailMessage, MailPreference, MailStatus};
use crate::mail::settings::Settings;
use crate::mail::template::Template;
use crate::mail::{digest, outcome};
use crate::schema::mail_messages::{self, dsl};
use crate::schema::{mail_bounces, mail_preferences, organizations};

/// What is known of the recipients of a batch.
struct Recipients {
    preferences: HashMap<String, MailPreference>,
    bounces: HashMap<String, Bounce>,
    zones: HashMap<OrganizationId, Tz>,
}

impl Recipients {
    fn load(conn: &mut Connection, due: &[MailMessage]) -> QueryResult<Self> {
        let addresses: Vec<&str> = due.iter().map(|row| row.to_email_folded.as_str()).collect();
        let owners: Vec<&OrganizationId> = due
            .iter()
            .filter_map(|row| row.organization_id.as_ref())
            .collect();
        let preferences: Vec<MailPreference> = mail_preferences::table
            .filter(mail_preferences::email_folded.eq_any(&addresses))
            .select(MailPreference::as_select())
            .load(conn)?;
        let bounces: Vec<Bounce> = mail_bounces::table
            .filter(mail_bounces::email_folded.eq_any(&addresses))
            .select(Bounce::as_select())
            .load(conn)?;
        let zones: Vec<(OrganizationId, Option<String>)> = organizations::table
            .filter(organizations::id.eq_any(owners))
            .select((organizations::id, organizations::time_zone))
            .load(conn)?;
        Ok(Self {
            preferences: preferences
                .into_iter()
                .map(|row| (row.email_folded.clone(), row))
                .collect(),
            bounces: bounces
                .into_iter()
                .map(|row| (row.email_folded.clone(), row))
                .collect(),
            zones: zones
                .into_iter()
                .filter_map(|(id, zone)| Some((id, zone?.parse().ok()?)))
                .collect(),
        })
    }

    /// The recipient's zone: their own choice, their organization's, the office's.
    fn zone(&self, settings: &Settings, row: &MailMessage) -> Tz {
        let own = self
            .preferences
            .get(&row.to_email_folded)
            .and_then(|preference| preference.time_zone.as_deref()?.parse().ok());
        own.or_else(|| {
            let owner = row.organization_id.as_ref()?;
            self.zones.get(owner).copied()
        })
        .unwrap_or(settings.office_zone)
    }

    /// The recipient's quiet hours.
    fn quiet(&self, settings: &Settings, row: &MailMessage) -> Option<Quiet> {
        let Some(own) = self.preferences.get(&row.to_email_folded) else {
            return Some(settings.quiet);
        };
        let time = |text: &Option<String>| text.as_deref().and_then(local_time);
        own.has_quiet_hours.then(|| Quiet {
            from: time(&own.quiet_from).unwrap_or(settings.quiet.from),
            until: time(&own.quiet_until).unwrap_or(settings.quiet.until),
        })
    }
}

/// What is to become of a mail that is due.
enum Fate {
    Send,
    Refuse(String),
    /// Nobody needs it any more, for this reason.
    Drop(&'static str),
    Wait(Timestamp),
    Gather,
}

/// Whether it can be part of a digest: what carries a secret or an appointment stands alone.
const fn is_gatherable(row: &MailMessage) -> bool {
    !row.kind.is_duty()
        && !matches!(row.kind, Template::Digest)
        && row.sealed_secret.is_none()
        && row.meeting.is_none()
}

fn fate(settings: &Settings, known: &Recipients, row: &MailMessage, now: Timestamp) -> Fate {
    if let Some(bounce) = known.bounces.get(&row.to_email_folded) {
        return Fate::Refuse(format!(
            "not sent; the address was refused: {}",
            bounce.reason
        ));
    }
    let is_useful_at = |then: Timestamp| row.useful_until.is_none_or(|until| then < until);
    if !is_useful_at(now) {
        return Fate::Drop("it would come too late");
    }
    let zone = known.zone(settings, row);
    if let Some(preference) = known.preferences.get(&row.to_email_folded) {
        if !preference.wants(row.kind) {
            return Fate::Drop("the recipient has unsubscribed");
        }
        if preference.delivery == MailDelivery::Digest && is_gatherable(row) {
            let digest_at = hours::next(row.created_at, zone, settings.digest_at);
            if digest_at <= now {
                return Fate::Gather;
            }
            if is_useful_at(digest_at) {
                return Fate::Wait(digest_at);
            }
        }
    }
    let night = known
        .quiet(settings, row)
        .filter(|_| !row.is_urgent)
        .and_then(|quiet| quiet.end(now, zone))
        .filter(|end| is_useful_at(*end));
    night.map_or(Fate::Send, Fate::Wait)
}

/// Decides what becomes of claimed mails, and gives those that are to be sent now.
///
/// # Errors
///
/// When the database fails.
pub fn triage(
    tx: &mut Tx<'_>,
    settings: &Settings,
    keyring: &Keyring,
    due: Vec<MailMessage>,
) -> Result<Vec<MailMessage>, Problem> {
    if due.is_empty() {
        return Ok(due);
    }
    let known = Recipients::load(tx.conn, &due)?;
    let mut send = Vec::new();
    let mut waiting: BTreeMap<Timestamp, Vec<MailMessageId>> = BTreeMap::new();
    let mut dropped: BTreeMap<&str, Vec<MailMessageId>> = BTreeMap::new();
    let mut gathered: BTreeMap<String, Vec<MailMessage>> = BTreeMap::new();
    for row in due {
        match fate(settings, &known, &row, tx.now) {
            Fate::Send => send.push(row),
            Fate::Refuse(reason) => outcome::refuse(tx, row, &reason)?,
            Fate::Drop(reason) => dropped.entry(reason).or_default().push(row.id),
            Fate::Wait(until) => waiting.entry(until).or_default().push(row.id),
            Fate::Gather => gathered
                .entry(row.to_email_folded.clone())
                .or_default()
                .push(row),
        }
    }
    for (until, ids) in waiting {
        diesel::update(mail_messages::table.filter(dsl::id.eq_any(ids)))
            .set((
                dsl::next_attempt_at.eq(until),
                dsl::is_held_back.eq(true),
                dsl::claimed_by.eq(None::<String>),
            ))
            .execute(tx.conn)?;
    }
    for (reason, ids) in dropped {
        drop_mails(tx, ids, reason)?;
    }
    for rows in gathered.into_values() {
        digest::gather(tx, settings, keyring, rows)?;
    }
    Ok(send)
}

fn drop_mails(tx: &mut Tx<'_>, ids: Vec<MailMessageId>, reason: &str) -> Result<(), Problem> {
    diesel::update(mail_messages::table.filter(dsl::id.eq_any(ids)))
        .set((
            dsl::status.eq(MailStatus::Withdrawn),
            dsl::contents.eq(None::<String>),
            dsl::sealed_secret.eq(None::<String>),
            dsl::meeting.eq(None::<String>),
            dsl::claimed_by.eq(None::<String>),
            dsl::last_error.eq(reason),
            dsl::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
