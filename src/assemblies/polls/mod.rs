//! Polls: recorded, roll-call and secret votes on a motion.

pub mod lifecycle;
pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
