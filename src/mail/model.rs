//! Rows and vocabulary of mail.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{MailMessageId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::mail::template::Template;
use crate::schema::{mail_bounces, mail_messages, mail_preferences};

crate::text_enum! {
    /// What became of a mail.
    pub enum MailStatus {
        /// It is to be sent.
        Queued => "queued",
        /// The mail server is being given its contents.
        HandedOver => "handed_over",
        /// The mail server has accepted it, or it is a file.
        Sent => "sent",
        /// The connection broke off while the mail server had it: it may have been accepted.
        InDoubt => "in_doubt",
        /// It is given up.
        Failed => "failed",
        /// A mail server has refused the address.
        Bounced => "bounced",
        /// It was taken back before it was sent, or is not wanted.
        Withdrawn => "withdrawn",
        /// It went into a digest.
        Gathered => "gathered",
    }
}

crate::text_enum! {
    /// How mail that is no duty comes.
    pub enum MailDelivery {
        /// Each by itself.
        Single => "single",
        /// Once a day, all in one.
        Digest => "digest",
    }
}

/// A mail.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_messages, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MailMessage {
    /// Its id.
    pub id: MailMessageId,
    /// What it is for: never queued twice.
    pub once: String,
    /// Which mail.
    pub kind: Template,
    /// The version of its text.
    pub template_version: i64,
    /// What became of it.
    pub status: MailStatus,
    /// The recipient's name.
    pub to_name: Option<String>,
    /// The recipient's address.
    pub to_email: String,
    /// The address as it is compared.
    pub to_email_folded: String,
    /// The organization whose affair it is.
    pub organization_id: Option<OrganizationId>,
    /// The kind of record it is about.
    pub subject_kind: String,
    /// The record it is about.
    pub subject_id: String,
    /// What the template shows, as JSON.
    pub contents: Option<String>,
    /// The token of its link, sealed.
    pub sealed_secret: Option<String>,
    /// Its appointment, as JSON.
    pub meeting: Option<String>,
    /// Whether it does not wait for the end of quiet hours.
    pub is_urgent: bool,
    /// The digest that it went into.
    pub digest_id: Option<MailMessageId>,
    /// Attempts so far.
    pub attempts: i64,
    /// Attempts since it was last queued.
    pub round_attempts: i64,
    /// When it is due.
    pub next_attempt_at: Timestamp,
    /// The worker that sends it.
    pub claimed_by: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it is of no use any more: it is not held back beyond it, and not sent later.
    pub useful_until: Option<Timestamp>,
    /// Whether it waits for the recipient's quiet hours or digest, and not for anything else.
    pub is_held_back: bool,
}

impl Aggregate for MailMessage {
    const TABLE: &'static str = "mail_messages";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        mail_messages::table
            .filter(mail_messages::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.attempts
    }
}

/// What a recipient has asked for.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_preferences, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MailPreference {
    /// The address as it is compared.
    pub email_folded: String,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Whether nothing comes at night.
    pub has_quiet_hours: bool,
    /// The local time from which nothing comes, HH:MM.
    pub quiet_from: Option<String>,
    /// The local time until which nothing comes, HH:MM.
    pub quiet_until: Option<String>,
    /// How mail that is no duty comes.
    pub delivery: MailDelivery,
    /// Kinds that are not wanted, separated by spaces.
    pub unsubscribed: String,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was first changed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl MailPreference {
    /// What holds for somebody who has asked for nothing.
    #[must_use]
    pub fn of_nobody(email_folded: String, now: Timestamp) -> Self {
        Self {
            email_folded,
            time_zone: None,
            has_quiet_hours: true,
            quiet_from: None,
            quiet_until: None,
            delivery: MailDelivery::Single,
            unsubscribed: String::new(),
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// The kinds that are not wanted.
    #[must_use]
    pub fn unsubscribed(&self) -> Vec<Template> {
        self.unsubscribed
            .split_whitespace()
            .filter_map(|kind| kind.parse().ok())
            .collect()
    }

    /// Whether mail of this kind is wanted; duty always is.
    #[must_use]
    pub fn wants(&self, kind: Template) -> bool {
        kind.is_duty() || !self.unsubscribed().contains(&kind)
    }
}

/// An address that a mail server has refused.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_bounces)]
pub struct Bounce {
    /// The address as it is compared.
    pub email_folded: String,
    /// What the server said.
    pub reason: String,
    /// When.
    pub bounced_at: Timestamp,
}
