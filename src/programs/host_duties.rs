//! What a host owes the office. It reads the reports of placements and nothing else, so that
//! applications can ask it.

use diesel::prelude::*;

use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, PlacementReportId};
use crate::kernel::time::Timestamp;
use crate::programs::placements::reports::lifecycle::StoredStatus;
use crate::programs::placements::reports::model::ReportKind;
use crate::schema::{placement_reports, placements};

/// The final reports that this host owes at this instant: due, and not handed in. Earlier reports
/// are required before a new application, as in the French co-financing calls (docs/domain.md,
/// "Applications").
///
/// # Errors
///
/// When the database fails.
pub fn overdue_final_reports(
    conn: &mut Connection,
    host: &OrganizationId,
    now: Timestamp,
) -> Result<Vec<PlacementReportId>, Problem> {
    Ok(placement_reports::table
        .inner_join(placements::table)
        .filter(placements::organization_id.eq(host))
        .filter(placement_reports::kind.eq(ReportKind::Final))
        .filter(placement_reports::status.ne(StoredStatus::Dropped))
        .filter(placement_reports::handed_in_at.is_null())
        .filter(placement_reports::due_at.le(now))
        .order(placement_reports::due_at)
        .select(placement_reports::id)
        .load(conn)?)
}
