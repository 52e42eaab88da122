//! Sessions: begun by signing in, kept by refresh tokens that are good once, ended by people,
//! administrators, time, or a refresh token that turns up twice (RFC 9700, section 4.14.2).

use diesel::prelude::*;
use serde_json::json;

use crate::config::AuthConfig;
use crate::identity::model::{Session, User, UserStatus};
use crate::kernel::db::{Connection, Tx, dialect};
use crate::kernel::http::Problem;
use crate::kernel::id::{SessionId, UserId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{random_token, token_digest};
use crate::kernel::time::Timestamp;
use crate::schema::{refresh_tokens, sessions, users};

/// A session's tokens, as far as the database is concerned.
#[derive(Debug, Clone)]
pub struct Started {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The refresh token, shown once.
    pub refresh_token: String,
    /// When the refresh token ends.
    pub refresh_expires_at: Timestamp,
}

/// What a refresh came to. A reuse must be committed, not rolled back, so it is no error here.
#[derive(Debug)]
pub enum Refreshed {
    /// New tokens.
    Renewed(Started),
    /// The token was unknown, expired, or used before; in the last case its session has ended.
    Refused,
}

fn event(kind: &'static str, id: &SessionId, user: &UserId, reason: &str) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "session",
            id: id.to_string(),
            version: None,
        },
    )
    .payload(json!({"user_id": user, "reason": reason}))
}

/// Begins a session.
///
/// # Errors
///
/// When the database fails.
pub fn start(
    tx: &mut Tx<'_>,
    user: &UserId,
    user_agent: Option<String>,
    address: Option<String>,
    config: &AuthConfig,
) -> Result<Started, Problem> {
    let session = Session {
        id: SessionId::fresh(),
        user_id: user.clone(),
        created_at: tx.now,
        refreshed_at: tx.now,
        expires_at: tx.now.plus_seconds(config.session_seconds),
        ended_at: None,
        end_reason: None,
        user_agent,
        address,
    };
    diesel::insert_into(sessions::table)
        .values(session.clone())
        .execute(tx.conn)?;
    tx.record(event("session.started", &session.id, user, "signed in"))?;
    issue(tx, &session, config)
}

fn issue(tx: &mut Tx<'_>, session: &Session, config: &AuthConfig) -> Result<Started, Problem> {
    let refresh_token = random_token("chr_").map_err(Problem::internal)?;
    let refresh_expires_at = tx
        .now
        .plus_seconds(config.idle_seconds)
        .min(session.expires_at);
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(token_digest(&refresh_token)),
            refresh_tokens::session_id.eq(&session.id),
            refresh_tokens::issued_at.eq(tx.now),
            refresh_tokens::expires_at.eq(refresh_expires_at),
        ))
        .execute(tx.conn)?;
    Ok(Started {
        session_id: session.id.clone(),
        user_id: session.user_id.clone(),
        refresh_token,
        refresh_expires_at,
    })
}

/// Renews a session's tokens.
///
/// # Errors
///
/// When the database fails.
pub fn refresh(
    tx: &mut Tx<'_>,
    refresh_token: &str,
    config: &AuthConfig,
) -> Result<Refreshed, Problem> {
    let digest = token_digest(refresh_token);
    let found: Option<SessionId> = refresh_tokens::table
        .filter(refresh_tokens::digest.eq(&digest))
        .select(refresh_tokens::session_id)
        .first(tx.conn)
        .optional()?;
    let Some(session_id) = found else {
        return Ok(Refreshed::Refused);
    };
    // The session is the lock of the family: two uses of one token meet here.
    dialect::lock_row(tx.conn, "sessions", session_id.as_str())?;
    let session: Session = sessions::table
        .filter(sessions::id.eq(&session_id))
        .select(Session::as_select())
        .first(tx.conn)?;
    let (expires_at, used_at): (Timestamp, Option<Timestamp>) = refresh_tokens::table
        .filter(refresh_tokens::digest.eq(&digest))
        .select((refresh_tokens::expires_at, refresh_tokens::used_at))
        .first(tx.conn)?;
    if session.ended_at.is_some() || session.expires_at <= tx.now {
        return Ok(Refreshed::Refused);
    }
    if used_at.is_some() {
        end(tx, &session, "refresh token used twice")?;
        return Ok(Refreshed::Refused);
    }
    if expires_at <= tx.now {
        end(tx, &session, "idle")?;
        return Ok(Refreshed::Refused);
    }
    let status: UserStatus = users::table
        .filter(users::id.eq(&session.user_id))
        .select(users::status)
        .first(tx.conn)?;
    if status != UserStatus::Active {
        return Ok(Refreshed::Refused);
    }
    diesel::update(refresh_tokens::table.filter(refresh_tokens::digest.eq(&digest)))
        .set(refresh_tokens::used_at.eq(tx.now))
        .execute(tx.conn)?;
    diesel::update(sessions::table.filter(sessions::id.eq(&session.id)))
        .set(sessions::refreshed_at.eq(tx.now))
        .execute(tx.conn)?;
    issue(tx, &session, config).map(Refreshed::Renewed)
}

fn end(tx: &mut Tx<'_>, session: &Session, reason: &str) -> Result<(), Problem> {
    diesel::update(sessions::table.filter(sessions::id.eq(&session.id)))
        .set((
            sessions::ended_at.eq(tx.now),
            sessions::end_reason.eq(reason),
        ))
        .execute(tx.conn)?;
    tx.record(event(
        "session.ended",
        &session.id,
        &session.user_id,
        reason,
    ))
}

/// Ends one session of this person; ending it again changes nothing.
///
/// # Errors
///
/// 404 when the person has no such session.
pub fn end_one(
    tx: &mut Tx<'_>,
    user: &UserId,
    id: &SessionId,
    reason: &str,
) -> Result<(), Problem> {
    dialect::lock_row(tx.conn, "sessions", id.as_str())?;
    let session: Session = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::user_id.eq(user))
        .select(Session::as_select())
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    if session.ended_at.is_some() {
        return Ok(());
    }
    end(tx, &session, reason)
}

/// Ends the session that a refresh token belongs to, if it is one of ours.
///
/// # Errors
///
/// When the database fails.
pub fn end_by_refresh_token(tx: &mut Tx<'_>, refresh_token: &str) -> Result<(), Problem> {
    let found: Option<(SessionId, UserId)> = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::digest.eq(token_digest(refresh_token)))
        .select((sessions::id, sessions::user_id))
        .first(tx.conn)
        .optional()?;
    match found {
        Some((id, user)) => end_one(tx, &user, &id, "signed out"),
        None => Ok(()),
    }
}

/// Ends every session of this person but `except`.
///
/// # Errors
///
/// When the database fails.
pub fn end_all(
    tx: &mut Tx<'_>,
    user: &UserId,
    except: Option<&SessionId>,
    reason: &str,
) -> Result<(), Problem> {
    let running: Vec<Session> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .order(sessions::id)
        .select(Session::as_select())
        .load(tx.conn)?;
    for session in running.iter().filter(|session| Some(&session.id) != except) {
        end(tx, session, reason)?;
    }
    Ok(())
}

/// A person's sessions that have not ended, the newest first.
///
/// # Errors
///
/// When the database fails.
pub fn running(
    conn: &mut Connection,
    user: &UserId,
    now: Timestamp,
) -> Result<Vec<Session>, Problem> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::id.desc())
        .limit(100)
        .select(Session::as_select())
        .load(conn)?)
}

/// The person whose session this is, when both can still be used.
///
/// # Errors
///
/// When the database fails.
pub fn live(
    conn: &mut Connection,
    id: &SessionId,
    now: Timestamp,
) -> Result<Option<User>, Problem> {
    Ok(sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::status.eq(UserStatus::Active))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// Forgets refresh tokens that have long expired. Returns how many.
///
/// # Errors
///
/// When the database fails.
pub fn tidy(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let before = tx.now.plus_seconds(-48 * 3600);
    Ok(
        diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.lt(before)))
            .execute(tx.conn)?,
    )
}
