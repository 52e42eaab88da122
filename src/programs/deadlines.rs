//! What happens in programs by itself, because a time has come. Each room lets happen what is due
//! in it; whoever looks at a record under its lock does the same first.

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::programs::placements::reports;
use crate::programs::settings::Settings;
use crate::programs::{calls, placements};

/// Lets happen what is due to records that nobody looks at. Returns how many it touched.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let moved = calls::deadlines::pass(tx)? + placements::deadlines::pass(tx)?;
    Ok(moved + reports::deadlines::pass(tx, settings)?)
}
