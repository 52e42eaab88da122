//! Clearances: whom the office asks before it commits itself to an event.
//!
//! Ethics, public affairs, security, legal and the regional bureau are asked side by side or one
//! after the other, as the type of the request says. Each gives its clearance or objects, and an
//! administrator may do without one, always with a reason; never somebody of the side that asks,
//! nor whoever asked for the clearance. One that nobody decides may count as given after a time
//! ([`turns::settle_deemed`]). Cities do not see clearances.

pub mod commands;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod rules;
pub mod turns;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on clearances.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_clearances)
        .service(handlers::request_clearance)
        .service(handlers::get_clearance)
        .service(handlers::clear_clearance)
        .service(handlers::object_to_clearance)
        .service(handlers::waive_clearance);
}
