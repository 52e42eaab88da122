//! Calls that close by themselves.

use diesel::prelude::*;

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::CallId;
use crate::programs::calls::aggregate::acquire;
use crate::programs::calls::lifecycle::CallStatus;
use crate::schema::calls;

/// How many calls are looked at in one transaction, at most.
const BATCH: i64 = 100;

/// Closes the calls whose instant has come. Returns how many it looked at.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let due: Vec<CallId> = calls::table
        .filter(calls::status.eq(CallStatus::Open))
        .filter(calls::closes_at.le(tx.now))
        .order(calls::id)
        .limit(BATCH)
        .select(calls::id)
        .load(tx.conn)?;
    for id in &due {
        acquire(tx, id)?;
    }
    Ok(due.len())
}
