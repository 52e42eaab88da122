//! Decisions: from the ranking to a slate, its signatures, and telling the hosts.

pub mod model;
pub mod slate;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
