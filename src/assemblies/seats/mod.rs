//! Seats: one, and so one vote, a jurisdiction; who holds it, who stands in, who has its proxy.

pub mod action_handlers;
pub mod actions;
pub mod aggregate;
pub mod checks;
pub mod commands;
pub mod entitlement;
pub mod handlers;
pub mod incumbency;
pub mod lifecycle;
pub mod model;
pub mod proxies;
pub mod proxy_model;
pub mod queries;
pub mod visible;
pub mod voters;
pub mod whole;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    action_handlers::routes(config);
    proxies::routes(config);
}
