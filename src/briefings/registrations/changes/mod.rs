//! Changes of registrations that came too late: the list of attendees is closed, so staff decide. The
//! registration stays as it is until then; a newer wish takes the place of the one before.

pub mod commands;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod request;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_registration_changes)
        .service(handlers::get_registration_change)
        .service(handlers::accept_registration_change)
        .service(handlers::refuse_registration_change);
}
