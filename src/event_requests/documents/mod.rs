//! Documents of event requests: invitation letters, agendas, biographies.
//!
//! Their content is in the store ([`crate::kernel::blobs`]), checked by what it is and not by what
//! it is called; what the table says of it decides who may read it. The content is stored first and
//! the row after it, so a row never points to nothing; content without a row is cleared away
//! ([`queries::known_keys`]).

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Where the store keeps them.
pub const SHELF: &str = "documents";

/// The operations on documents.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_documents)
        .service(handlers::add_document)
        .service(handlers::get_document)
        .service(handlers::download_document);
}
