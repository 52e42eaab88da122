//! Placements: an officer serves at a host for a term.

pub mod aggregate;
pub mod lifecycle;
pub mod model;
pub mod reports;
pub mod represent;
pub mod rules;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    reports::routes(config);
}
