//! What people do with their own account.

use actix_web::web::Data;
use actix_web::{get, patch, post};

use crate::identity::commands::{self, throttle_key};
use crate::identity::throttle::{self, Counted};
use crate::identity::wire::{ChangePassword, Me, UpdateMe};
use crate::identity::{Identity, passwords, queries};
use crate::kernel::access::{Access, Authenticated};
use crate::kernel::db::WriteContext;
use crate::kernel::http::{Faults, IfMatch, Json, Problem, Reply};

/// Get one's own account
#[utoipa::path(
    tag = "Identity",
    responses((status = 200, description = "The caller's account.", body = Me)),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[get("/v1/me")]
pub async fn get_me(access: Access<Authenticated>) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let (user, _) = queries::get(conn, scope.person()?.0)?;
            let version = user.version;
            Ok(Reply::ok(&Me::of(user, scope))?.representation(version))
        })
        .await
}

/// Change one's own account
#[utoipa::path(
    tag = "Identity",
    params(IfMatch),
    request_body = UpdateMe,
    responses((status = 200, description = "The caller's account.", body = Me)),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[patch("/v1/me")]
pub async fn update_me(
    access: Access<Authenticated>,
    if_match: IfMatch,
    Json(change): Json<UpdateMe>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (id, _) = scope.person()?;
            commands::update_me(tx, id, if_match, change.name.clone())?;
            let (user, _) = queries::get(tx.conn, id)?;
            let version = user.version;
            Ok(Reply::ok(&Me::of(user, scope))?.representation(version))
        })
        .await
}

/// Change one's own password
///
/// Other sessions end. A wrong current password counts as a failed sign-in.
#[utoipa::path(
    tag = "Identity",
    request_body = ChangePassword,
    responses((status = 204, description = "The password is changed.")),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[post("/v1/me/password")]
pub async fn change_password(
    access: Access<Authenticated>,
    identity: Data<Identity>,
    Json(input): Json<ChangePassword>,
) -> Result<Reply, Problem> {
    let (id, session) = access
        .scope()
        .person()
        .map(|(id, session)| (id.clone(), session.clone()))?;
    let kernel = access.kernel().clone();
    let now = kernel.clock.now();
    let allowed = identity.config.limits.login_failures_per_account;
    let (user, counted) = kernel
        .db
        .read(move |conn| {
            let user = queries::get(conn, &id)?.0;
            let counted = vec![Counted {
                key: throttle_key(&user.email_folded),
                allowed,
            }];
            throttle::admit(conn, &counted, now)?;
            Ok((user, counted))
        })
        .await?;
    let mut faults = Faults::default();
    passwords::check(
        &input.new_password,
        &[&user.email, &user.name],
        "/new_password",
        &mut faults,
    );
    let hash = user.password_hash.clone();
    if !identity
        .passwords
        .verify(input.current_password, hash)
        .await?
    {
        kernel
            .db
            .write(WriteContext::system(now), move |tx| {
                throttle::count_failure(tx, &counted)
            })
            .await?;
        faults.add("/current_password", "wrong", "is not the current password");
    }
    faults.finish()?;
    let hash = identity.passwords.hash(input.new_password).await?;
    let reply = access
        .write(move |tx, _| {
            commands::change_password(tx, &user.id, &session, &hash)?;
            Ok(Reply::no_content())
        })
        .await;
    identity.principals.clear();
    reply
}
