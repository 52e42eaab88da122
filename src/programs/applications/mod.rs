//! Applications: a host asks for an officer in a call.

pub mod aggregate;
pub mod blind;
pub mod lifecycle;
pub mod model;
pub mod represent;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
