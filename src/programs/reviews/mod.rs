//! Reviews: a panel scores the applications of a call.

pub mod assigning;
pub mod commands;
pub mod conflicts;
pub mod model;
pub mod panel;
pub mod queries;
pub mod ranking;
pub mod rules;
pub mod scoring;
pub mod spread;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
