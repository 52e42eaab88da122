//! The one list of features.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the API.
pub fn all(config: &mut ServiceConfig<'_>) {
    crate::system::routes(config);
    crate::identity::routes(config);
    crate::directory::routes(config);
    crate::mail::routes(config);
    crate::briefings::routes(config);
    crate::event_requests::routes(config);
    crate::programs::routes(config);
    crate::assemblies::routes(config);
    crate::calendar::routes(config);
    crate::integrations::routes(config);
    crate::records::routes(config);
}
