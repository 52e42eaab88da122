//! Polls: recorded, roll-call and secret votes on a motion.
//!
//! Who votes is fixed when a poll is opened ([`running`]); each jurisdiction has one ballot
//! ([`ballots`]), whoever of it is quicker ([`entitled`] says who may be); the count and its arithmetic
//! are pure ([`tally`]). Of a secret poll nothing that is stored joins a voter and a vote ([`secret`]).

pub mod aggregate;
pub mod ballot_handlers;
pub mod ballot_queries;
pub mod ballot_wire;
pub mod ballots;
pub mod choices;
pub mod commands;
pub mod entitled;
pub mod forgetting;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod represent;
pub mod rules;
pub mod running;
pub mod secret;
pub mod tally;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    ballot_handlers::routes(config);
}
