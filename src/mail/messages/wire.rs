//! Mail as the office sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::access::Scope;
use crate::kernel::id::{MailMessageId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::mail::messages::lifecycle::{LIFECYCLE, MailAction};
use crate::mail::model::{MailMessage as Row, MailStatus};
use crate::mail::template::Template;

/// A mail: who was sent what kind of mail, and what became of it. What it said is not shown to anybody
/// and is erased when it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "msg_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "briefing_invitation", "template_version": 1,
    "status": "sent", "recipient": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov"},
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "about": {"kind": "briefing", "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x"},
    "is_urgent": false, "digest_id": null, "attempts": 1, "next_attempt_at": null,
    "last_error": null, "sent_at": "2027-01-05T14:00:01Z", "created_at": "2027-01-05T14:00:00Z",
    "updated_at": "2027-01-05T14:00:01Z", "allowed_actions": ["bounce"]
}))]
pub struct MailMessage {
    /// Its id, and, with the sender's domain, its `Message-ID`.
    pub id: MailMessageId,
    /// Which mail.
    pub kind: Template,
    /// The version of its text.
    pub template_version: i64,
    /// What became of it.
    pub status: MailStatus,
    /// Who it is for.
    pub recipient: MailRecipient,
    /// The organization whose affair it is.
    pub organization_id: Option<OrganizationId>,
    /// The record it is about.
    pub about: MailSubject,
    /// Whether it does not wait for the end of quiet hours.
    pub is_urgent: bool,
    /// The digest that it went into.
    pub digest_id: Option<MailMessageId>,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried next; only while it is queued.
    pub next_attempt_at: Option<Timestamp>,
    /// Why the last attempt failed, in the words of the mail server.
    pub last_error: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<MailAction>,
}

/// Who a mail is for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov"}))]
pub struct MailRecipient {
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
}

/// The record that a mail is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"kind": "briefing", "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct MailSubject {
    /// The kind of record.
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl MailMessage {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let is_erased = row.contents.is_none();
        Self {
            allowed_actions: LIFECYCLE
                .allowed(row.status, |permission| scope.can(permission))
                .into_iter()
                .filter(|action| !is_erased || *action != MailAction::Resend)
                .collect(),
            next_attempt_at: (row.status == MailStatus::Queued).then_some(row.next_attempt_at),
            id: row.id,
            kind: row.kind,
            template_version: row.template_version,
            status: row.status,
            recipient: MailRecipient {
                name: row.to_name,
                email: row.to_email,
            },
            organization_id: row.organization_id,
            about: MailSubject {
                kind: row.subject_kind,
                id: row.subject_id,
            },
            is_urgent: row.is_urgent,
            digest_id: row.digest_id,
            attempts: row.attempts,
            last_error: row.last_error,
            sent_at: row.sent_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

crate::text_enum! {
    /// The orders the list of mail has.
    pub enum MailMessageSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which mail is wanted.
    "mail-messages" MailMessageQuery sorted by MailMessageSort {
        /// What became of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<MailStatus>,
        /// Which mail.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<Template>,
        /// The recipient's address, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 3, max_length = 254)]
        pub email: Option<String>,
        /// The id of the record it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 64)]
        pub about_id: Option<String>,
    }
}

/// A mail came back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "550 5.1.1 No such user here"}))]
pub struct BounceMailMessage {
    /// What was said of why.
    #[schema(min_length = 1, max_length = 300)]
    pub reason: String,
}
