//! Calendars that people subscribe to in Outlook, Google or Apple.
//!
//! A calendar program cannot sign in: whoever has the address of a calendar reads it. So the address
//! carries a token of 256 random bits that is shown once and stored as a digest, an owner can
//! revoke it at any time, and what it shows is decided anew at every reading: by what its owner may
//! see then, and never controlled information ([`contents`]). It dies with the owner's account, and
//! the calendar of an organization with the owner's place there.
//!
//! What is in a calendar belongs to the services; this floor stands above them and reads through
//! their `visible`.

pub mod commands;
pub mod contents;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_calendars)
        .service(handlers::create_calendar)
        .service(handlers::get_calendar)
        .service(handlers::revoke_calendar)
        .service(handlers::read_calendar_feed);
}
