//! Sessions: from the call to the approved minutes.

pub mod aggregate;
pub mod lifecycle;
pub mod model;
pub mod visible;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
