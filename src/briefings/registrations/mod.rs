//! Registrations: a city names the people it sends to a briefing.
//!
//! Seats go first come, first served; whoever finds none waits in line and moves up when a seat
//! comes free, but not once the list of attendees has gone to the venue. Registered and attended
//! are counted apart. After the deadline a city's change becomes a request ([`changes`]).

pub mod changes;
pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod seats;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_registrations)
        .service(handlers::register_attendee)
        .service(handlers::get_registration)
        .service(handlers::update_registration)
        .service(handlers::cancel_registration)
        .service(handlers::check_in_attendee)
        .service(handlers::undo_check_in);
    changes::routes(config);
}
