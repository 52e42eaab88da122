//! Organizations: who the office's counterparts are, where they lie, and how they hang together.
//!
//! Names are searched in folded form, so that `sao paulo` finds `São Paulo`. Records that come
//! from public data keep the `source_id` they have there; importing the same data again changes
//! what changed and nothing else ([`import`]).

pub mod acting;
pub mod commands;
pub mod countries;
pub mod handlers;
pub mod import;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_organizations)
        .service(handlers::create_organization)
        .service(handlers::import_organizations)
        .service(handlers::get_organization)
        .service(handlers::update_organization);
}
