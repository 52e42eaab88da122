//! Reports on placements: what the officer did, quarter by quarter and at the end.

pub mod lifecycle;
pub mod model;
pub mod plan;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
