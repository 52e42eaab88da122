//! Lists of speakers: who asks for the floor on an item of an open session, who has it, and for how
//! long.
//!
//! Points of order go before every speech, among themselves in the order in which they were asked
//! for. One person has the floor at a time. A point of order interrupts a speech: the speech ends
//! there with its time, and the speaker waits again in the place they had. Nothing interrupts a
//! point of order. Sending a place on (start, finish, withdraw) sets where it stands; places have no
//! version.

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
