//! Reports on placements: what the officer did, quarter by quarter and at the end.
//!
//! Which reports a term asks for, and when they are due, is computed in [`schedule`] and kept in step
//! with the term by [`plan`]. The officer writes them, the office accepts them ([`commands`]); what is
//! due by the clock is done in [`deadlines`]. Who sees how much of them is decided in [`visible`]; the
//! journal's shared part never holds what a report says ([`aggregate::event`]).

pub mod aggregate;
pub mod commands;
pub mod deadlines;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod plan;
pub mod queries;
pub mod represent;
pub mod rules;
pub mod schedule;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_reports_on_placement)
        .service(handlers::create_placement_report)
        .service(handlers::list_placement_reports)
        .service(handlers::get_placement_report)
        .service(handlers::update_placement_report)
        .service(handlers::submit_placement_report)
        .service(handlers::return_placement_report)
        .service(handlers::accept_placement_report);
}
