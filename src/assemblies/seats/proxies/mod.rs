//! Proxies: a seat's vote given to somebody of another seat, for one session, before it opens.

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
