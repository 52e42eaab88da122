//! Claims: a worker takes a batch of what is due, and no other sends it meanwhile.
//!
//! A claim carries the worker's id and holds as long as the worker's lease. When the worker dies, its
//! lease runs out and another takes the claims over. What the dead worker had begun to hand over is
//! not sent again: it is in doubt.

use diesel::prelude::*;

use crate::kernel::db::{Connection, Tx, dialect, lease};
use crate::kernel::http::Problem;
use crate::kernel::time::Timestamp;
use crate::mail::model::{MailMessage, MailStatus};
use crate::mail::outcome;
use crate::schema::mail_messages::{self, dsl};
use crate::schema::worker_leases;

/// What the lease of a sending worker is called before its id.
const LEASE: &str = "mail:";

/// The row that is locked while messages are claimed.
const CLAIMS: &str = "mail-claims";

/// How long a lease that has run out is remembered, in seconds.
const REMEMBERED_FOR: i64 = 24 * 3600;

/// Why a mail is in doubt that a worker had when it died.
const DIED: &str = "the service stopped while the mail server was being given it";

/// Takes or renews the lease of a worker, and forgets those of workers long dead.
///
/// # Errors
///
/// When the database fails.
pub fn renew_lease(tx: &mut Tx<'_>, worker: &str) -> Result<(), Problem> {
    lease::hold(tx, &format!("{LEASE}{worker}"), worker)?;
    let before = tx.now.plus_seconds(-REMEMBERED_FOR);
    diesel::delete(
        worker_leases::table
            .filter(worker_leases::name.like(format!("{LEASE}%")))
            .filter(worker_leases::expires_at.lt(before)),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// Gives the lease of a worker up, and with it every claim.
///
/// # Errors
///
/// When the database fails.
pub fn give_up_lease(tx: &mut Tx<'_>, worker: &str) -> Result<(), Problem> {
    lease::give_up(tx, &format!("{LEASE}{worker}"), worker)
}

/// The other workers whose claims hold.
fn others(conn: &mut Connection, worker: &str, now: Timestamp) -> QueryResult<Vec<Option<String>>> {
    let holders: Vec<String> = worker_leases::table
        .filter(worker_leases::name.like(format!("{LEASE}%")))
        .filter(worker_leases::expires_at.gt(now))
        .filter(worker_leases::holder.ne(worker))
        .select(worker_leases::holder)
        .load(conn)?;
    Ok(holders.into_iter().map(Some).collect())
}

/// Whether there is anything to do: something due, or something that a dead worker had.
///
/// # Errors
///
/// When the database fails.
pub fn is_anything_due(
    conn: &mut Connection,
    worker: &str,
    now: Timestamp,
) -> Result<bool, Problem> {
    let others = others(conn, worker, now)?;
    let due: Option<String> = mail_messages::table
        .filter(dsl::status.eq(MailStatus::Queued))
        .filter(dsl::next_attempt_at.le(now))
        .filter(
            dsl::claimed_by
                .is_null()
                .or(dsl::claimed_by.ne_all(others.clone())),
        )
        .select(dsl::once)
        .first(conn)
        .optional()?;
    if due.is_some() {
        return Ok(true);
    }
    let left: Option<String> = mail_messages::table
        .filter(dsl::status.eq(MailStatus::HandedOver))
        .filter(dsl::claimed_by.ne_all(others))
        .select(dsl::once)
        .first(conn)
        .optional()?;
    Ok(left.is_some())
}

/// Claims what is due, the longest due first, and puts into doubt what was being handed over by
/// nobody who is alive. The worker itself hands nothing over while it claims.
///
/// # Errors
///
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, worker: &str, most: i64) -> Result<Vec<MailMessage>, Problem> {
    dialect::lock_by(tx.conn, "worker_leases", "name", CLAIMS)?;
    renew_lease(tx, worker)?;
    let others = others(tx.conn, worker, tx.now)?;
    let left: Vec<MailMessage> = mail_messages::table
        .filter(dsl::status.eq(MailStatus::HandedOver))
        .filter(dsl::claimed_by.ne_all(others.clone()))
        .select(MailMessage::as_select())
        .load(tx.conn)?;
    for row in &left {
        outcome::doubt(tx, row, DIED)?;
    }
    let due: Vec<MailMessage> = mail_messages::table
        .filter(dsl::status.eq(MailStatus::Queued))
        .filter(dsl::next_attempt_at.le(tx.now))
        .filter(dsl::claimed_by.is_null().or(dsl::claimed_by.ne_all(others)))
        .order((dsl::next_attempt_at, dsl::id))
        .limit(most)
        .select(MailMessage::as_select())
        .load(tx.conn)?;
    let ids: Vec<_> = due.iter().map(|row| &row.id).collect();
    diesel::update(mail_messages::table.filter(dsl::id.eq_any(ids)))
        .set(dsl::claimed_by.eq(worker))
        .execute(tx.conn)?;
    Ok(due
        .into_iter()
        .map(|row| MailMessage {
            claimed_by: Some(worker.to_owned()),
            ..row
        })
        .collect())
}

/// Writes down that the contents of a mail are about to be handed over. False when it is no longer
/// this worker's to send: it was withdrawn, or the lease has run out.
///
/// # Errors
///
/// When the database fails.
pub fn hand_over(tx: &mut Tx<'_>, worker: &str, row: &MailMessage) -> Result<bool, Problem> {
    let changed = diesel::update(
        mail_messages::table
            .filter(dsl::id.eq(&row.id))
            .filter(dsl::status.eq(MailStatus::Queued))
            .filter(dsl::claimed_by.eq(worker)),
    )
    .set((
        dsl::status.eq(MailStatus::HandedOver),
        dsl::updated_at.eq(tx.now),
    ))
    .execute(tx.conn)?;
    Ok(changed == 1)
}
