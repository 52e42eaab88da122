//! Placements: an officer serves at a host for a term.
//!
//! A term lasts from midnight to midnight at the host, the end exclusive. It is proposed
//! ([`commands`]), signed by both sides, begun, extended, curtailed and ended ([`transitions`]), and
//! handed to another officer ([`replacement`]). An officer and a slot of a host are held once at a
//! time ([`holds`]); the officer's place at the host begins and ends with the term ([`access`]), and
//! its [`reports`] follow from it.
//!
//! What happens by itself, at an instant, is seen by everyone at that instant: [`rules::as_of`] is
//! the placement as it is now, [`aggregate`] writes that down before a change, and [`deadlines`]
//! where nobody changes anything.

pub mod access;
pub mod action_handlers;
pub mod aggregate;
pub mod checks;
pub mod commands;
pub mod deadlines;
pub mod handlers;
pub mod holds;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod replacement;
pub mod reports;
pub mod represent;
pub mod rules;
pub mod transitions;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_placements)
        .service(handlers::create_placement)
        .service(handlers::get_placement)
        .service(handlers::update_placement)
        .service(handlers::get_placement_history);
    action_handlers::routes(config);
    reports::routes(config);
}
