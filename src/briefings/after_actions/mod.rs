//! After-action reports: what came of a briefing, how many came, and what is to follow.
//!
//! The office's own: no city ever sees one. A briefing is closed when its report is written. How many
//! were registered and how many came is taken from the records whenever a report is filed, and kept;
//! who came without being registered is only counted, by whoever writes the report. What is to follow
//! has a life of its own ([`super::follow_ups`]).

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::get_after_action)
        .service(handlers::file_after_action);
}
