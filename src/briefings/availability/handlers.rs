//! The operation on availability.

use actix_web::get;
use actix_web::web::Data;

use crate::briefings::availability::queries;
use crate::briefings::availability::settings::AvailabilitySettings;
use crate::briefings::availability::wire::{Availability, AvailabilityQuery};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Problem, Query, Reply};

/// Find free slots
///
/// Times at which all briefers and one of the venues are free, inside the working hours of every zone: the
/// office's hours on the clock of each, on days on which the office works. The best come first: those that
/// lie in the first or the last hour of the working day of the fewest zones, then those with most of the
/// venues free, then the earliest. What is only drafted books nobody. A slot is not held: booking looks
/// again.
#[utoipa::path(
    tag = "Briefings",
    params(AvailabilityQuery),
    responses((status = 200, description = "Free slots, the best first.", body = Availability)),
    extensions(("x-permission" = json!("availability:read"))),
)]
#[get("/v1/availability")]
pub async fn find_availability(
    access: Access<may::AvailabilityRead>,
    settings: Data<AvailabilitySettings>,
    Query(query): Query<AvailabilityQuery>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    let calendar = settings.calendar.clone();
    access
        .read(move |conn, _| Reply::ok(&queries::find_slots(conn, &calendar, &query, now)?))
        .await
}
