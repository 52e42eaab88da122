//! Signing in and out, and what keeps a session going.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, delete, get, post};

use crate::identity::commands::{self, throttle_key};
use crate::identity::model::{UserStatus, fold_email};
use crate::identity::sessions::{self, Refreshed, Started};
use crate::identity::throttle::{self, Counted};
use crate::identity::wire::{
    AcceptInvitation, JsonWebKeySet, LogIn, RefreshTokenInput, Session, TokenPair,
};
use crate::identity::{Identity, passwords, queries};
use crate::kernel::access::{Access, Actor, Authenticated, Public};
use crate::kernel::db::WriteContext;
use crate::kernel::http::limit::address_key;
use crate::kernel::http::{
    Code, Faults, Json, Page, Path, Problem, Reply, RequestContext, client_address,
};
use crate::kernel::id::SessionId;

fn pair(started: Started, access_token: (String, i64)) -> TokenPair {
    TokenPair {
        access_token: access_token.0,
        token_type: "Bearer".to_owned(),
        expires_in: access_token.1,
        refresh_token: started.refresh_token,
        refresh_expires_at: started.refresh_expires_at,
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
