//! Placements: an officer serves at a host for a term.

pub mod lifecycle;
pub mod model;
pub mod reports;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    reports::routes(config);
}
