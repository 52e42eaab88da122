//! Follow-ups: what somebody of the office is to do after a briefing, and until when.
//!
//! Each stands in the after-action report of its briefing, has one owner, and is open until it is
//! settled. The office's own: no city ever sees one.

pub mod adding;
pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod reminding;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_follow_ups)
        .service(handlers::get_follow_up)
        .service(handlers::update_follow_up)
        .service(handlers::settle_follow_up)
        .service(handlers::reopen_follow_up);
}
