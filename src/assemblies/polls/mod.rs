//! Polls: recorded, roll-call and secret votes on a motion.

pub mod choices;
pub mod lifecycle;
pub mod model;
pub mod secret;
pub mod tally;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
