//! Applications: a host asks for an officer in a call.

pub mod aggregate;
pub mod blind;
pub mod commands;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod represent;
pub mod rules;
pub mod submission;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
