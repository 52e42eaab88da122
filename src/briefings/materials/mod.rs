//! Materials: files of a briefing, for those who registered, for those who came, or for the office's
//! cleared staff alone.
//!
//! Their content is in the store ([`crate::kernel::blobs`]); what the table says of it decides who
//! may read it ([`queries::visible`]). Every download is in the journal. The content is stored first
//! and the row after it; content without a row is cleared away ([`queries::known_keys`]).

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod telling;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Where the store keeps them.
pub const SHELF: &str = "materials";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
