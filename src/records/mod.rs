//! Records: reading the journal. Auditors and administrators see who did what, when, on behalf of
//! which request; nobody changes it.

pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::list_audit_events);
}
