//! Seats: one, and so one vote, a jurisdiction; who holds it, who stands in, who has its proxy.

pub mod entitlement;
pub mod lifecycle;
pub mod model;
pub mod proxy_model;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
