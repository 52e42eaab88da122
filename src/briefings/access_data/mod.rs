//! Access data: what the guard of a restricted venue asks for of everyone who comes (birth date,
//! citizenship, a document and its number).
//!
//! It stands in a table of its own, sealed under a key that is made from the installation's secret
//! and a salt in the row ([`vault`]); without the salt what was sealed stays closed. Nothing reads it
//! but the two disclosures, and each of them is in the journal. It is taken only while a venue asks
//! for it ([`needs`]) and is gone when it has served: on request, with a cancellation, and some days
//! after the briefing ([`erasing`]).

pub mod asking;
pub mod commands;
pub mod erasing;
pub mod handlers;
pub mod needs;
pub mod vault;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
