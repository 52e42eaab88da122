//! What people want of mail, told by themselves.

use actix_web::web::Data;
use actix_web::{get, patch};

use crate::identity;
use crate::kernel::access::{Access, Authenticated};
use crate::kernel::http::{IfMatch, Json, Problem, Reply};
use crate::mail::preferences::wire::{MailPreferences, UpdateMailPreferences};
use crate::mail::preferences::{commands, queries};
use crate::mail::settings::Mail;

/// Get what one wants of mail
///
/// Invitations, confirmations and changes come in any case: somebody relies on them.
#[utoipa::path(
    tag = "Mail",
    responses((status = 200, description = "What the caller wants.", body = MailPreferences)),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[get("/v1/me/mail-preferences")]
pub async fn get_mail_preferences(
    access: Access<Authenticated>,
    mail: Data<Mail>,
) -> Result<Reply, Problem> {
    let (house, now) = (mail.quiet, access.clock().now());
    access
        .read(move |conn, scope| {
            let (user, _) = identity::queries::get(conn, scope.person()?.0)?;
            let row = queries::of(conn, &user.email_folded, now)?;
            let version = row.version;
            let body = MailPreferences::of(row, user.email, house);
            Ok(Reply::ok(&body)?.version(version))
        })
        .await
}

/// Change what one wants of mail
///
/// It holds for mail that is sent from now on, also for what is queued already.
#[utoipa::path(
    tag = "Mail",
    params(IfMatch),
    request_body = UpdateMailPreferences,
    responses((status = 200, description = "What the caller wants.", body = MailPreferences)),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[patch("/v1/me/mail-preferences")]
pub async fn update_mail_preferences(
    access: Access<Authenticated>,
    if_match: IfMatch,
    mail: Data<Mail>,
    Json(change): Json<UpdateMailPreferences>,
) -> Result<Reply, Problem> {
    let house = mail.quiet;
    access
        .write(move |tx, scope| {
            let id = scope.person()?.0.clone();
            let (user, _) = identity::queries::get(tx.conn, &id)?;
            let folded = user.email_folded.clone();
            let row = commands::update(tx, &folded, id.to_string(), if_match, change.clone())?;
            let version = row.version;
            let body = MailPreferences::of(row, user.email, house);
            Ok(Reply::ok(&body)?.version(version))
        })
        .await
}
