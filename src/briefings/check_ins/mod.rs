//! Check-ins in batches: what a device at the door noted while it was offline.
//!
//! Each note has an id that the device gave it, and when it was made. A note that arrives twice is
//! answered as the first time, in whatever batch it comes. The latest note says whether an attendee
//! came, whatever the order in which notes arrive ([`rules`]). Somebody who was not registered is no
//! record of a person: how many came like that is a figure of the after-action report.

pub mod commands;
pub mod handlers;
pub mod marks;
pub mod model;
pub mod rules;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::record_check_ins);
}
