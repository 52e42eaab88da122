//! The operation on batches of check-ins.

use actix_web::post;

use crate::briefings::check_ins::commands;
use crate::briefings::check_ins::wire::{CheckInBatch, CheckInResults};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Path, Problem, Reply};
use crate::kernel::id::BriefingId;

/// Record who came, in a batch
///
/// For devices at the door that were offline: up to 500 notes, each with an id that the device gave it
/// and the time at which it was made. A note that was sent before is answered as the first time, in
/// whatever batch it comes. The latest note of an attendee counts, whatever the order in which notes
/// arrive. One that was made more than twelve hours before the start is refused as `check_in_too_early`,
/// by its own time and not by that of the batch. Each note has its own answer; one that is refused keeps none of the others back.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    request_body = CheckInBatch,
    responses((status = 200, description = "What became of each note.", body = CheckInResults)),
    extensions(("x-permission" = json!("registrations:check-in"))),
)]
#[post("/v1/briefings/{id}/check-ins")]
pub async fn record_check_ins(
    access: Access<may::RegistrationsCheckIn>,
    Path(id): Path<BriefingId>,
    Json(batch): Json<CheckInBatch>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| Reply::ok(&commands::record_check_ins(tx, scope, &id, &batch)?))
        .await
}
