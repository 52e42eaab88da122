//! Quorum: reckoned when a session is opened and at every poll, and recorded with what went into it.

pub mod checks;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod rule;
pub mod rules;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
