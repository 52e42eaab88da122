//! Retries: the key, the change and the stored answer commit together.
//!
//! A request with an `Idempotency-Key` runs once. Its answer, success or refusal, is kept for a
//! day under the caller and the key; a retry gets that answer. Answers that a retry may change
//! (5xx, 429) are never stored, and neither are one-time secrets.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use diesel::prelude::*;

use crate::kernel::db::{Tx, WriteContext};
use crate::kernel::http::{Code, Problem, Reply};
use crate::schema::idempotency_keys::dsl as table;

/// How long a key is remembered, in seconds.
const KEPT_FOR: i64 = 24 * 3600;

/// Keys whose first request is running in this process.
#[derive(Debug, Default)]
pub(super) struct InFlight(Mutex<HashSet<(String, String)>>);

/// A running request's claim on its key, given up when dropped.
pub(super) struct Claim<'a> {
    set: &'a InFlight,
    entry: Option<(String, String)>,
}

impl InFlight {
    /// Claims the request's key for as long as the result lives.
    pub(super) fn enter(&self, context: &WriteContext) -> Result<Claim<'_>, Problem> {
        let entry = context
            .request
            .idempotency
            .as_ref()
            .map(|key| (caller(context), key.key.clone()));
        if let Some(entry) = &entry
            && !self
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(entry.clone())
        {
            return Err(Problem::new(
                Code::RequestInFlight,
                "A request with this Idempotency-Key is still running.",
            )
            .retry_after(1));
        }
        Ok(Claim { set: self, entry })
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(entry) = &self.entry {
            self.set
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(entry);
        }
    }
}

fn caller(context: &WriteContext) -> String {
    format!(
        "{}:{}",
        context.actor.kind(),
        context.actor.id().unwrap_or_default()
    )
}

#[derive(Queryable)]
struct Stored {
    fingerprint: String,
    status: i32,
    body: Option<String>,
    location: Option<String>,
    etag: Option<String>,
}

/// Runs `write` under the request's key, if it has one.
pub(super) fn run(
    tx: &mut Tx<'_>,
    write: &impl Fn(&mut Tx<'_>) -> Result<Reply, Problem>,
) -> Result<Reply, Problem> {
    let Some(key) = tx.context().request.idempotency.clone() else {
        return write(tx);
    };
    let caller = caller(tx.context());
    let now = tx.now;
    diesel::delete(
        table::idempotency_keys
            .filter(table::caller.eq(&caller))
            .filter(table::key.eq(&key.key))
            .filter(table::created_at.lt(now.plus_seconds(-KEPT_FOR))),
    )
    .execute(tx.conn)?;

    let claimed = tx.savepoint(|tx| {
        diesel::insert_into(table::idempotency_keys)
            .values((
                table::caller.eq(&caller),
                table::key.eq(&key.key),
                table::fingerprint.eq(&key.fingerprint),
                table::status.eq(0),
                table::created_at.eq(now),
            ))
            .execute(tx.conn)
    });
    match claimed {
        Ok(_) => {}
        Err(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        )) => return stored_answer(tx, &caller, &key.key, &key.fingerprint),
        Err(error) => return Err(error.into()),
    }

    let reply = match tx.savepoint(|tx| write(tx)) {
        Ok(reply) => reply,
        Err(problem) => {
            let status = problem.code().status();
            // What is hidden is refused in full, so that the attempt is recorded each time.
            let is_hidden = problem.hidden_subject().is_some();
            if is_hidden || status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                return Err(problem);
            }
            Reply::refusal(&problem, &tx.context().request.request_id)
        }
    };
    diesel::update(
        table::idempotency_keys
            .filter(table::caller.eq(&caller))
            .filter(table::key.eq(&key.key)),
    )
    .set((
        table::status.eq(i32::from(reply.status.as_u16())),
        table::body.eq(reply.body.as_ref().map(ToString::to_string)),
        table::location.eq(&reply.location),
        table::etag.eq(&reply.etag),
    ))
    .execute(tx.conn)?;
    Ok(reply)
}

fn stored_answer(
    tx: &mut Tx<'_>,
    caller: &str,
    key: &str,
    fingerprint: &str,
) -> Result<Reply, Problem> {
    let stored: Stored = table::idempotency_keys
        .filter(table::caller.eq(caller))
        .filter(table::key.eq(key))
        .select((
            table::fingerprint,
            table::status,
            table::body,
            table::location,
            table::etag,
        ))
        .first(tx.conn)?;
    if stored.fingerprint != fingerprint {
        return Err(Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used with another request.",
        ));
    }
    let status = u16::try_from(stored.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| Problem::internal("a stored answer has no status"))?;
    let body = stored
        .body
        .map(|body| serde_json::from_str(&body))
        .transpose()
        .map_err(Problem::internal)?;
    Ok(Reply::replay(status, body, stored.location, stored.etag))
}

/// Forgets keys that are older than a day. Returns how many.
///
/// # Errors
///
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let before = tx.now.plus_seconds(-KEPT_FOR);
    Ok(
        diesel::delete(table::idempotency_keys.filter(table::created_at.lt(before)))
            .execute(tx.conn)?,
    )
}
