//! Officers: diplomats who can be placed at a host. The office keeps what they bring, when they are
//! available and where they must not serve; an officer with an account sees their own record.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_officers)
        .service(handlers::create_officer)
        .service(handlers::get_officer)
        .service(handlers::update_officer);
}
