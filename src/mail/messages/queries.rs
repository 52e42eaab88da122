//! Reading the queue. It is the office's: whoever may read it sees the mail of every organization.

use diesel::prelude::*;

use crate::identity::model::fold_email;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::MailMessageId;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::mail::messages::wire::{MailMessageQuery, MailMessageSort};
use crate::mail::model::MailMessage;
use crate::schema::mail_messages::{self, dsl};

type Boxed = mail_messages::BoxedQuery<'static, Backend>;

fn filtered(query: &MailMessageQuery) -> Boxed {
    let mut found = mail_messages::table.into_boxed();
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    if let Some(kind) = query.kind {
        found = found.filter(dsl::kind.eq(kind));
    }
    if let Some(email) = &query.email {
        found = found.filter(dsl::to_email_folded.eq(fold_email(email)));
    }
    if let Some(id) = &query.about_id {
        found = found.filter(dsl::subject_id.eq(id.clone()));
    }
    found
}

/// A page of the queue.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    query: &MailMessageQuery,
) -> Result<Page<MailMessage>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<MailMessage> = crate::seek!(
        filtered(query), dsl::created_at, dsl::id,
        descending: query.sort == Some(MailMessageSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(MailMessage::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    }))
}

/// A mail.
///
/// # Errors
///
/// 404 when there is none.
pub fn find(conn: &mut Connection, id: &MailMessageId) -> Result<MailMessage, Problem> {
    mail_messages::table
        .filter(dsl::id.eq(id))
        .select(MailMessage::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}
