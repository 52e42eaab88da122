//! Briefings: an official explains a matter to local leaders, at a set time, in a room or online.
//!
//! A desk officer drafts, a scheduler fixes time, briefers and venue ([`lifecycle`]), an
//! administrator publishes to an audience. Cities then register named attendees
//! ([`registrations`]); the office records who came. No briefer and no venue is ever booked twice
//! at one time ([`booking`]), and a briefing above a caller's marking or outside their audience
//! does not exist for them ([`queries`]).
//!
//! The office invites people by name ([`invitations`]) and reminds them ([`reminders`]); mail and
//! calendars follow what becomes of a briefing ([`notices`]).
//!
//! Fields, life cycle and rules follow `docs/domain.md`, section "Briefings".

pub mod access_data;
pub mod advancing;
pub mod after_actions;
mod aggregate;
pub mod appointment;
mod audience;
pub mod availability;
pub mod booking;
pub mod calendar_file;
pub mod check_ins;
pub mod commands;
mod consequences;
pub mod deadlines;
pub mod follow_ups;
pub mod handlers;
pub mod invitations;
pub mod lifecycle;
pub mod materials;
pub mod model;
pub mod notices;
pub mod public;
pub mod queries;
pub mod registrations;
pub mod reminders;
pub mod rules;
pub mod series;
pub mod settings;
pub mod told;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(public::list_public_briefings)
        .service(public::get_public_briefing)
        // Before the address of the briefing itself, whose pattern fits it too.
        .service(calendar_file::get_briefing_calendar)
        .service(calendar_file::get_briefing_series_calendar)
        .service(handlers::list_briefings)
        .service(handlers::create_briefing)
        .service(handlers::get_briefing)
        .service(handlers::update_briefing)
        .service(handlers::delete_briefing)
        .service(handlers::schedule_briefing)
        .service(handlers::publish_briefing)
        .service(handlers::postpone_briefing)
        .service(handlers::cancel_briefing)
        .service(handlers::deliver_briefing)
        .service(handlers::close_briefing);
    config.service(availability::handlers::find_availability);
    series::handlers::routes(config);
    invitations::routes(config);
    registrations::routes(config);
    access_data::routes(config);
    check_ins::routes(config);
    materials::routes(config);
    after_actions::routes(config);
    follow_ups::routes(config);
}
