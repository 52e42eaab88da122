//! Reviews: a panel scores the applications of a call.

pub mod conflicts;
pub mod model;
pub mod scoring;
pub mod spread;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
