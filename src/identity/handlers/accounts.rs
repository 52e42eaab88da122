//! What the office does with accounts.

use actix_web::web::Data;
use actix_web::{get, patch, post};

use crate::identity::commands::{self, InvitationSettings};
use crate::identity::wire::{CreateUser, UpdateUser, User, UserQuery};
use crate::identity::{Identity, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::UserId;

fn invitations(identity: &Identity) -> InvitationSettings {
    InvitationSettings {
        public_url: identity.config.public_url(),
        seconds: identity.config.auth.invitation_seconds,
    }
}

/// List accounts
#[utoipa::path(
    tag = "Identity",
    params(UserQuery),
    responses((status = 200, description = "A page of accounts.", body = Page<User>)),
    extensions(("x-permission" = json!("users:read"))),
)]
#[get("/v1/users")]
pub async fn list_users(
    access: Access<may::UsersRead>,
    Query(query): Query<UserQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, &keyring, &query)?;
            Reply::ok(&page.map(|(user, memberships)| User::of(user, memberships, scope)))
        })
        .await
}

/// Create an account
///
/// Its person is invited by a single-use link, which this answer shows once.
#[utoipa::path(
    tag = "Identity",
    request_body = CreateUser,
    responses((status = 201, description = "The account, with the invitation.", body = User)),
    extensions(("x-permission" = json!("users:write"))),
)]
#[post("/v1/users")]
pub async fn create_user(
    access: Access<may::UsersWrite>,
    identity: Data<Identity>,
    Json(input): Json<CreateUser>,
) -> Result<Reply, Problem> {
    let settings = invitations(&identity);
    access
        .write(move |tx, scope| {
            let (user, memberships, link) = commands::create_user(tx, input.clone(), &settings)?;
            let (location, version) = (format!("/v1/users/{}", user.id), user.version);
            let link = serde_json::to_value(link).map_err(Problem::internal)?;
            Ok(
                Reply::created(&User::of(user, memberships, scope), location)?
                    .version(version)
                    .secret("invitation", link),
            )
        })
        .await
}

/// Get an account
#[utoipa::path(
    tag = "Identity",
    params(("id" = UserId, Path, description = "The account.")),
    responses((status = 200, description = "The account.", body = User)),
    extensions(("x-permission" = json!("users:read"))),
)]
#[get("/v1/users/{id}")]
pub async fn get_user(
    access: Access<may::UsersRead>,
    Path(id): Path<UserId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let (user, memberships) = queries::get(conn, &id)?;
            let version = user.version;
            Ok(Reply::ok(&User::of(user, memberships, scope))?.version(version))
        })
        .await
}

/// Change an account
#[utoipa::path(
    tag = "Identity",
    params(("id" = UserId, Path, description = "The account."), IfMatch),
    request_body = UpdateUser,
    responses((status = 200, description = "The account.", body = User)),
    extensions(("x-permission" = json!("users:write")), ("x-problems" = json!(["conflict"]))),
)]
#[patch("/v1/users/{id}")]
pub async fn update_user(
    access: Access<may::UsersWrite>,
    identity: Data<Identity>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(change): Json<UpdateUser>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            commands::update_user(tx, &id, if_match, change.clone())?;
            let (user, memberships) = queries::get(tx.conn, &id)?;
            let version = user.version;
            Ok(Reply::ok(&User::of(user, memberships, scope))?.version(version))
        })
        .await;
    identity.principals.clear();
    reply
}

/// Invite an account's person again
///
/// A new single-use link in place of the old ones; also how a forgotten password is replaced.
#[utoipa::path(
    tag = "Identity",
    params(("id" = UserId, Path, description = "The account."), IfMatch),
    responses((status = 200, description = "The account, with the invitation.", body = User)),
    extensions(("x-permission" = json!("users:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/users/{id}/invite")]
pub async fn invite_user(
    access: Access<may::UsersWrite>,
    identity: Data<Identity>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    let settings = invitations(&identity);
    access
        .write(move |tx, scope| {
            let (_, link) = commands::invite_user(tx, &id, if_match, &settings)?;
            let (user, memberships) = queries::get(tx.conn, &id)?;
            let version = user.version;
            let link = serde_json::to_value(link).map_err(Problem::internal)?;
            Ok(Reply::ok(&User::of(user, memberships, scope))?
                .version(version)
                .secret("invitation", link))
        })
        .await
}

/// Deactivate an account
///
/// Its sessions end within a second, on every replica. The records that name it stay.
#[utoipa::path(
    tag = "Identity",
    params(("id" = UserId, Path, description = "The account."), IfMatch),
    responses((status = 200, description = "The account.", body = User)),
    extensions(("x-permission" = json!("users:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/users/{id}/deactivate")]
pub async fn deactivate_user(
    access: Access<may::UsersWrite>,
    identity: Data<Identity>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            commands::deactivate_user(tx, &id, if_match)?;
            let (user, memberships) = queries::get(tx.conn, &id)?;
            let version = user.version;
            Ok(Reply::ok(&User::of(user, memberships, scope))?.version(version))
        })
        .await;
    identity.principals.clear();
    reply
}

/// Reactivate an account
#[utoipa::path(
    tag = "Identity",
    params(("id" = UserId, Path, description = "The account."), IfMatch),
    responses((status = 200, description = "The account.", body = User)),
    extensions(("x-permission" = json!("users:write")), ("x-problems" = json!(["not_allowed_in_state"]))),
)]
#[post("/v1/users/{id}/reactivate")]
pub async fn reactivate_user(
    access: Access<may::UsersWrite>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::reactivate_user(tx, &id, if_match)?;
            let (user, memberships) = queries::get(tx.conn, &id)?;
            let version = user.version;
            Ok(Reply::ok(&User::of(user, memberships, scope))?.version(version))
        })
        .await
}
