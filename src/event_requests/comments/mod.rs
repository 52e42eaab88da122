//! Comments on event requests: between office and city, or the office's own.

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations on comments.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_comments)
        .service(handlers::add_comment)
        .service(handlers::get_comment);
}
