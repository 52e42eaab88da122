//! The operation on statistics.

use actix_web::get;

use crate::kernel::access::{Access, may};
use crate::kernel::http::{Path, Problem, Query, Reply};
use crate::kernel::id::ProgramId;
use crate::programs::statistics::queries;
use crate::programs::statistics::wire::{ProgramStatistics, StatisticsRange};
use crate::programs::visible::find;

/// Count what a program came to
///
/// The figures of its accepted reports, by placement and in total, how many reports are in, and where
/// its placements stand. The office counts all placements, a host its own, an officer their own. The
/// totals are the sums of the parts.
#[utoipa::path(
    tag = "Programs",
    params(("id" = ProgramId, Path, description = "The program."), StatisticsRange),
    responses((status = 200, description = "The statistics.", body = ProgramStatistics)),
    extensions(("x-permission" = json!("placement-reports:read"))),
)]
#[get("/v1/programs/{id}/statistics")]
pub async fn get_program_statistics(
    access: Access<may::PlacementReportsRead>,
    Path(id): Path<ProgramId>,
    Query(range): Query<StatisticsRange>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            find(conn, scope, &id)?;
            Reply::ok(&queries::program_statistics(conn, scope, &id, &range, now)?)
        })
        .await
}
