//! Motions: what is to be resolved.

pub mod model;
pub mod workflow;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
