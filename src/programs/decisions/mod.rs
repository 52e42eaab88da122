//! Decisions: from the ranking to a slate, its signatures, and telling the hosts.

pub mod model;
pub mod reserve;
pub mod withdrawal;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(withdrawal::withdraw_application);
}
