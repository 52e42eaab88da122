//! What happens to placements by itself: they begin and end at midnight at the host. Whoever looks
//! at one sees that at once; the worker writes it down for those that nobody changes.

use diesel::prelude::*;

use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::PlacementId;
use crate::programs::placements::aggregate::settle;
use crate::programs::placements::visible::unsettled;
use crate::schema::placements;

/// How many placements the worker looks at in one transaction, at most.
const BATCH: i64 = 100;

/// Lets happen what is due to placements that nobody looks at. Returns how many it touched.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let due: Vec<PlacementId> = unsettled(tx.now)
        .order(placements::id)
        .limit(BATCH)
        .select(placements::id)
        .load(tx.conn)?;
    for id in &due {
        if let Some(placement) = Locked::acquire(tx, id.as_str())? {
            settle(tx, placement)?;
        }
    }
    Ok(due.len())
}
