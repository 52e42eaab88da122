//! Documents of agenda items.
//!
//! Their content is in the store ([`crate::kernel::blobs`]); what the table says of it decides who
//! may read it: whoever is shown the agenda, up to the marking that they may see. The content is
//! stored first and the row after it; content without a row is cleared away
//! ([`queries::known_keys`]).

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Where the store keeps them.
pub const SHELF: &str = "agenda-documents";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
