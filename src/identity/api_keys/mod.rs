//! API keys: the accounts of cities' own systems. A key belongs to one organization, not to the
//! person who made it, and holds explicit scopes. Its secrets are replaced, the key stays.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_api_keys)
        .service(handlers::create_api_key)
        .service(handlers::get_api_key)
        .service(handlers::rotate_api_key)
        .service(handlers::revoke_api_key)
        .service(handlers::get_service_account);
}
