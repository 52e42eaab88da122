//! Presence: set and cleared, never toggled, and kept as intervals.

pub mod intervals;
pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
