//! Venues: the places where briefings are held. A venue holds one briefing at a time.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_venues)
        .service(handlers::create_venue)
        .service(handlers::get_venue)
        .service(handlers::update_venue);
}
