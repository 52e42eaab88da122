//! Motions: what is to be resolved.
//!
//! A motion is drafted for a seat, moved, seconded and decided by a poll; which step leads where is
//! the assembly's own table ([`workflow`]). It gets its number when it is moved, from the counter of
//! its assembly and under the assembly's lock, so that the numbers have no gap and no duplicate. An
//! amendment is a motion with the whole text as it would be.

pub mod acting;
pub mod action_handlers;
pub mod aggregate;
pub mod amendments;
pub mod drafting;
pub mod forwarding;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod record_handlers;
pub mod record_wire;
pub mod records;
pub mod represent;
pub mod rules;
pub mod step_wire;
pub mod steps;
pub mod texts;
pub mod visible;
pub mod voting;
pub mod wire;
pub mod workflow;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    action_handlers::routes(config);
    record_handlers::routes(config);
}
