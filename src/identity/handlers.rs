//! The operations on sessions and accounts.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, delete, get, patch, post};

use crate::identity::commands::{self, InvitationSettings, throttle_key};
use crate::identity::model::{UserStatus, fold_email};
use crate::identity::sessions::{self, Refreshed, Started};
use crate::identity::throttle::{self, Counted};
use crate::identity::wire::{
    AcceptInvitation, ChangePassword, CreateUser, JsonWebKeySet, LogIn, Me, RefreshTokenInput,
    Session, TokenPair, UpdateMe, UpdateUser, User, UserQuery,
};
use crate::identity::{Identity, passwords, queries};
use crate::kernel::access::{Access, Actor, Authenticated, Public, may};
use crate::kernel::db::WriteContext;
use crate::kernel::http::limit::address_key;
use crate::kernel::http::{
    Code, Faults, IfMatch, Json, Page, Path, Problem, Query, Reply, RequestContext, client_address,
};
use crate::kernel::id::{SessionId, UserId};

fn pair(started: Started, access_token: (String, i64)) -> TokenPair {
    TokenPair {
        access_token: access_token.0,
        token_type: "Bearer".to_owned(),
        expires_in: access_token.1,
        refresh_token: started.refresh_token,
        refresh_expires_at: started.refresh_expires_at,
    }
}

fn invitations(identity: &Identity) -> InvitationSettings {
    InvitationSettings {
        public_url: identity.config.public_url(),
        seconds: identity.config.auth.invitation_seconds,
    }
}

/// Sign in
///
/// Starts a session. The answer takes as long, and says the same, for an address without account.
#[utoipa::path(
    tag = "Identity",
    request_body = LogIn,
    responses((status = 200, description = "The session's tokens.", body = TokenPair)),
    extensions(("x-permission" = json!("public")), ("x-problems" = json!(["unauthenticated"]))),
)]
#[post("/v1/auth/login")]
pub async fn log_in(
    access: Access<Public>,
    identity: Data<Identity>,
    request: HttpRequest,
    Json(input): Json<LogIn>,
) -> Result<Reply, Problem> {
    let kernel = access.kernel().clone();
    let email = fold_email(&input.email);
    let limits = &identity.config.limits;
    let counted = vec![
        Counted {
            key: throttle_key(&email),
            allowed: limits.login_failures_per_account,
        },
        Counted {
            key: address_key(client_address(&request)),
            allowed: limits.login_failures_per_address,
        },
    ];
    let now = kernel.clock.now();
    let (user, is_disabled) = {
        let (email, counted) = (email.clone(), counted.clone());
        kernel
            .db
            .read(move |conn| {
                throttle::admit(conn, &counted, now)?;
                let user = queries::by_email(conn, &email)?;
                Ok((user, throttle::is_disabled(conn, &throttle_key(&email))?))
            })
            .await?
    };
    let usable = user.filter(|user| user.status == UserStatus::Active && !is_disabled);
    let hash = usable.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = identity.passwords.verify(input.password, hash).await?;

    let mut context = WriteContext {
        actor: Actor::Anonymous,
        now: kernel.clock.now(),
        request: RequestContext::read(&request)?,
    };
    let (Some(user), true) = (usable, is_right) else {
        kernel
            .db
            .write(context, move |tx| throttle::count_failure(tx, &counted))
            .await?;
        metrics::counter!("chancery_logins_refused_total").increment(1);
        return Err(Problem::new(
            Code::Unauthenticated,
            "The address or the password is not right.",
        ));
    };
    context.actor = Actor::User(user.id.clone());
    let short = |text: &str| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect::<String>()
    };
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(short);
    let address = client_address(&request).map(|address| address.to_string());
    let config = identity.config.clone();
    let user_id = user.id.clone();
    let started = kernel
        .db
        .write(context, move |tx| {
            throttle::forgive(tx, &throttle_key(&email))?;
            sessions::start(
                tx,
                &user_id,
                user_agent.clone(),
                address.clone(),
                &config.auth,
            )
        })
        .await?;
    let token = identity
        .tokens
        .sign(&started.user_id, &started.session_id)
        .await?;
    Reply::ok(&pair(started, token))
}

/// Renew a session's tokens
///
/// A refresh token is good once. One that is used twice ends its session, because one of the two
/// users is not who they seem.
#[utoipa::path(
    tag = "Identity",
    request_body = RefreshTokenInput,
    responses((status = 200, description = "New tokens.", body = TokenPair)),
    extensions(("x-permission" = json!("public")), ("x-problems" = json!(["invalid_grant"]))),
)]
#[post("/v1/auth/refresh")]
pub async fn refresh(
    access: Access<Public>,
    identity: Data<Identity>,
    request: HttpRequest,
    Json(input): Json<RefreshTokenInput>,
) -> Result<Reply, Problem> {
    let kernel = access.kernel().clone();
    let context = WriteContext {
        actor: Actor::Anonymous,
        now: kernel.clock.now(),
        request: RequestContext::read(&request)?,
    };
    let config = identity.config.clone();
    let outcome = kernel
        .db
        .write(context, move |tx| {
            sessions::refresh(tx, &input.refresh_token, &config.auth)
        })
        .await?;
    match outcome {
        Refreshed::Renewed(started) => {
            let token = identity
                .tokens
                .sign(&started.user_id, &started.session_id)
                .await?;
            Reply::ok(&pair(started, token))
        }
        Refreshed::Refused => {
            identity.principals.clear();
            Err(Problem::new(
                Code::InvalidGrant,
                "The refresh token is not accepted; sign in again.",
            ))
        }
    }
}

/// Sign out
///
/// Ends the session that the refresh token belongs to. An unknown token changes nothing.
#[utoipa::path(
    tag = "Identity",
    request_body = RefreshTokenInput,
    responses((status = 204, description = "The session has ended.")),
    extensions(("x-permission" = json!("public"))),
)]
#[post("/v1/auth/logout")]
pub async fn log_out(
    access: Access<Public>,
    identity: Data<Identity>,
    Json(input): Json<RefreshTokenInput>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, _| {
            sessions::end_by_refresh_token(tx, &input.refresh_token)?;
            Ok(Reply::no_content())
        })
        .await;
    identity.principals.clear();
    reply
}

/// Accept an invitation
///
/// Sets the password of the account that the single-use link is for.
#[utoipa::path(
    tag = "Identity",
    request_body = AcceptInvitation,
    responses((status = 204, description = "The password is set; sign in with it.")),
    extensions(("x-permission" = json!("public")), ("x-problems" = json!(["invalid_grant"]))),
)]
#[post("/v1/auth/accept-invitation")]
pub async fn accept_invitation(
    access: Access<Public>,
    identity: Data<Identity>,
    Json(input): Json<AcceptInvitation>,
) -> Result<Reply, Problem> {
    let kernel = access.kernel();
    let now = kernel.clock.now();
    let token = input.token.clone();
    let user = kernel
        .db
        .read(move |conn| commands::invited(conn, &token, now))
        .await?;
    let mut faults = Faults::default();
    passwords::check(
        &input.password,
        &[&user.email, &user.name],
        "/password",
        &mut faults,
    );
    faults.finish()?;
    let hash = identity.passwords.hash(input.password).await?;
    let reply = access
        .write(move |tx, _| {
            commands::accept_invitation(tx, &input.token, &hash)?;
            Ok(Reply::no_content())
        })
        .await;
    identity.principals.clear();
    reply
}

/// List one's own sessions
#[utoipa::path(
    tag = "Identity",
    responses((status = 200, description = "The caller's running sessions, the newest first.", body = Page<Session>)),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[get("/v1/auth/sessions")]
pub async fn list_sessions(access: Access<Authenticated>) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let (user, current) = scope.person()?;
            let data = sessions::running(conn, user, now)?
                .into_iter()
                .map(|row| Session::of(row, current))
                .collect();
            Reply::ok(&Page::<Session> {
                data,
                next_cursor: None,
                total: None,
            })
        })
        .await
}

/// End one of one's own sessions
///
/// Its tokens are refused within a second, on every replica. May be repeated.
#[utoipa::path(
    tag = "Identity",
    params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "The session has ended.")),
    extensions(("x-permission" = json!("authenticated"))),
)]
#[delete("/v1/auth/sessions/{id}")]
pub async fn end_session(
    access: Access<Authenticated>,
    identity: Data<Identity>,
    Path(id): Path<SessionId>,
) -> Result<Reply, Problem> {
    let reply = access
        .write(move |tx, scope| {
            let (user, _) = scope.person()?;
            sessions::end_one(tx, user, &id, "ended by its owner")?;
            Ok(Reply::no_content())
        })
        .await;
    identity.principals.clear();
    reply
}

/// Get the signing keys
///
/// The public keys with which access tokens can be checked.
#[utoipa::path(
    tag = "Identity",
    responses((status = 200, description = "A JSON Web Key Set.", body = JsonWebKeySet)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/.well-known/jwks.json")]
pub async fn get_signing_keys(
    _access: Access<Public>,
    identity: Data<Identity>,
) -> Result<Reply, Problem> {
    let keys = identity.tokens.published().await?;
    Ok(Reply::ok(&JsonWebKeySet { keys })?.public_for_a_minute())
}

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
            let (user, memberships) = queries::get(conn, scope.person()?.0)?;
            let version = user.version;
            Ok(Reply::ok(&Me::of(user, memberships, scope))?.version(version))
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
            let (user, memberships) = queries::get(tx.conn, id)?;
            let version = user.version;
            Ok(Reply::ok(&Me::of(user, memberships, scope))?.version(version))
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
