//! Presence: set and cleared, never toggled, and kept as intervals.

pub mod acting;
pub mod commands;
pub mod handlers;
pub mod intervals;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
