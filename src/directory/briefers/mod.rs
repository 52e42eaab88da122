//! Briefers: the federal officials and experts who give briefings. A briefer gives one briefing at
//! a time.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_briefers)
        .service(handlers::create_briefer)
        .service(handlers::get_briefer)
        .service(handlers::update_briefer);
}
