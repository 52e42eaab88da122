//! Matching: which officers fit a host, and which hosts fit an officer, and why.

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
