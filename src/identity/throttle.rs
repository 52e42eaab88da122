//! Slowing down guesses: for each account and for each address, in the database, so that every
//! replica counts together. A running session never asks, so guessing cannot end one.

use diesel::prelude::*;

use crate::kernel::db::{Connection, Tx, dialect};
use crate::kernel::http::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::schema::login_throttles::{self, dsl as table};

/// Failures are counted over this many seconds.
const WINDOW: i64 = 15 * 60;

/// Failures in a row after which a password is no longer accepted until a new invitation
/// (SP 800-63B-4, section 3.2.2).
const DISABLED_AFTER: i64 = 100;

/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// One thing that is counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// `account:…` or `address:…`.
    pub key: String,
    /// Failures within the window before it must wait.
    pub allowed: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = login_throttles)]
struct Row {
    failures: i64,
    consecutive: i64,
    window_began_at: Timestamp,
    blocked_until: Option<Timestamp>,
}

fn load(conn: &mut Connection, key: &str) -> Result<Option<Row>, Problem> {
    Ok(table::login_throttles
        .filter(table::key.eq(key))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Lets a sign-in be tried.
///
/// # Errors
///
/// 429 while the account or the address must wait.
pub fn admit(conn: &mut Connection, counted: &[Counted], now: Timestamp) -> Result<(), Problem> {
    for one in counted {
        if let Some(until) = load(conn, &one.key)?.and_then(|row| row.blocked_until)
            && until > now
        {
            let wait = u64::try_from(now.seconds_until(until) + 1).unwrap_or(1);
            return Err(
                Problem::new(Code::TooManyRequests, "Too many failed sign-ins.").retry_after(wait),
            );
        }
    }
    Ok(())
}

/// Whether the account's password has been refused so often in a row that it is disabled.
///
/// # Errors
///
/// When the database fails.
pub fn is_disabled(conn: &mut Connection, account: &str) -> Result<bool, Problem> {
    Ok(load(conn, account)?.is_some_and(|row| row.consecutive >= DISABLED_AFTER))
}

/// Counts a failure.
///
/// # Errors
///
/// When the database fails.
pub fn count_failure(tx: &mut Tx<'_>, counted: &[Counted]) -> Result<(), Problem> {
    let now = tx.now;
    for one in counted {
        dialect::lock_by(tx.conn, "login_throttles", "key", &one.key)?;
        let Some(row) = load(tx.conn, &one.key)? else {
            // Another replica may count the same account's first failure: then this one is lost,
            // which the next makes up for.
            let inserted = tx.savepoint(|tx| {
                diesel::insert_into(table::login_throttles)
                    .values((
                        table::key.eq(&one.key),
                        table::failures.eq(1),
                        table::consecutive.eq(1),
                        table::window_began_at.eq(now),
                    ))
                    .execute(tx.conn)
            });
            if let Err(error) = inserted
                && !matches!(
                    error,
                    diesel::result::Error::DatabaseError(
                        diesel::result::DatabaseErrorKind::UniqueViolation,
                        _
                    )
                )
            {
                return Err(error.into());
            }
            continue;
        };
        let is_new_window = row.window_began_at.plus_seconds(WINDOW) <= now;
        let failures = if is_new_window { 1 } else { row.failures + 1 };
        let blocked_until = (failures >= one.allowed).then(|| {
            let doublings = u32::try_from(failures - one.allowed)
                .unwrap_or(u32::MAX)
                .min(10);
            now.plus_seconds((30_i64 << doublings).min(LONGEST_WAIT))
        });
        diesel::update(table::login_throttles.filter(table::key.eq(&one.key)))
            .set((
                table::failures.eq(failures),
                table::consecutive.eq(table::consecutive + 1),
                table::window_began_at.eq(if is_new_window {
                    now
                } else {
                    row.window_began_at
                }),
                table::blocked_until.eq(blocked_until),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Forgets an account's failures: after a sign-in, or with a new invitation.
///
/// # Errors
///
/// When the database fails.
pub fn forgive(tx: &mut Tx<'_>, account: &str) -> Result<(), Problem> {
    diesel::delete(table::login_throttles.filter(table::key.eq(account))).execute(tx.conn)?;
    Ok(())
}

/// Forgets counts of windows long past, but for accounts that are near being disabled.
///
/// # Errors
///
/// When the database fails.
pub fn tidy(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let before = tx.now.plus_seconds(-24 * 3600);
    Ok(diesel::delete(
        table::login_throttles
            .filter(table::window_began_at.lt(before))
            .filter(
                table::consecutive
                    .lt(DISABLED_AFTER / 2)
                    .or(table::key.like("address:%")),
            ),
    )
    .execute(tx.conn)?)
}
