//! The operations on the queue.

use actix_web::{get, post};

use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::MailMessageId;
use crate::mail::messages::wire::{BounceMailMessage, MailMessage, MailMessageQuery};
use crate::mail::messages::{commands, queries};

/// List mail
///
/// Who was sent which mail and what became of it; never what it said. What is `in_doubt` broke off
/// while the mail server had it: look for its id in the mail server's log, and confirm it or, when it is
/// not there, send it again.
#[utoipa::path(
    tag = "Mail",
    params(MailMessageQuery),
    responses((status = 200, description = "A page of mail.", body = Page<MailMessage>)),
    extensions(("x-permission" = json!("mail:read"))),
)]
#[get("/v1/mail-messages")]
pub async fn list_mail_messages(
    access: Access<may::MailRead>,
    Query(query): Query<MailMessageQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, &keyring, &query)?;
            Reply::ok(&page.map(|row| MailMessage::of(row, scope)))
        })
        .await
}

/// Get a mail
#[utoipa::path(
    tag = "Mail",
    params(("id" = MailMessageId, Path, description = "The mail.")),
    responses((status = 200, description = "The mail.", body = MailMessage)),
    extensions(("x-permission" = json!("mail:read"))),
)]
#[get("/v1/mail-messages/{id}")]
pub async fn get_mail_message(
    access: Access<may::MailRead>,
    Path(id): Path<MailMessageId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::find(conn, &id)?;
            Reply::ok(&MailMessage::of(row, scope))
        })
        .await
}

/// Record that a mail in doubt has arrived
///
/// For one whose id is in the mail server's log. Also undoes a bounce that was a mistake, or whose cause
/// is gone: mail goes to its address again.
#[utoipa::path(
    tag = "Mail",
    params(("id" = MailMessageId, Path, description = "The mail.")),
    responses((status = 200, description = "The mail, sent.", body = MailMessage)),
    extensions(("x-permission" = json!("mail:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/mail-messages/{id}/confirm")]
pub async fn confirm_mail_message(
    access: Access<may::MailWrite>,
    Path(id): Path<MailMessageId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::confirm(tx, scope, &id)?;
            Reply::ok(&MailMessage::of(row, scope))
        })
        .await
}

/// Send a mail again
///
/// One that is in doubt, failed or bounced. It goes out under the same `Message-ID`, and its address
/// counts as good until a mail server refuses it again.
#[utoipa::path(
    tag = "Mail",
    params(("id" = MailMessageId, Path, description = "The mail.")),
    responses((status = 200, description = "The mail, queued.", body = MailMessage)),
    extensions(("x-permission" = json!("mail:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/mail-messages/{id}/resend")]
pub async fn resend_mail_message(
    access: Access<may::MailWrite>,
    Path(id): Path<MailMessageId>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::resend(tx, scope, &id)?;
            Reply::ok(&MailMessage::of(row, scope))
        })
        .await
}

/// Record that a mail came back
///
/// For what a mail server accepted and returned later. Nothing more is sent to the address until a mail
/// to it is sent again.
#[utoipa::path(
    tag = "Mail",
    params(("id" = MailMessageId, Path, description = "The mail.")),
    request_body = BounceMailMessage,
    responses((status = 200, description = "The mail, bounced.", body = MailMessage)),
    extensions(("x-permission" = json!("mail:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/mail-messages/{id}/bounce")]
pub async fn bounce_mail_message(
    access: Access<may::MailWrite>,
    Path(id): Path<MailMessageId>,
    Json(input): Json<BounceMailMessage>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::bounce(tx, scope, &id, &input.reason)?;
            Reply::ok(&MailMessage::of(row, scope))
        })
        .await
}
