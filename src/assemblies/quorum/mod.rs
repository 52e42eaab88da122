//! Quorum: reckoned when a session is opened and at every poll, and recorded with what went into it.

pub mod checks;
pub mod model;
pub mod rule;
pub mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
