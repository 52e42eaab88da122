//! Sessions: from the call to the approved minutes.
//!
//! | file | what lives there |
//! | --- | --- |
//! | [`rules`] | notice, what a session needs before the call, the Federal Advisory Committee Act |
//! | [`commands`], [`steps`] | drafting and changing; the steps from the call to the end |
//! | [`cloning`] | a new session with the structure of another |
//! | [`participants`] | who takes part without a seat, and the legal review |
//! | [`visible`], [`queries`] | which sessions exist for a caller, and how they see them |

pub mod aggregate;
pub mod cloning;
pub mod commands;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod participants;
pub mod queries;
pub mod rules;
pub mod step_handlers;
pub mod steps;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    step_handlers::routes(config);
    participants::routes(config);
}
