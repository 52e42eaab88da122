//! Agendas: a tree of items, frozen when it is published; changes after that are amendments that everyone sees.

pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
