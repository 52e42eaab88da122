//! Matching: which officers fit a host, and which hosts fit an officer, and why. [`rules`] judges one
//! officer and one host; [`queries`] brings all of them together in a fixed number of queries.

pub mod handlers;
pub mod queries;
pub mod rules;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_officers_for_host)
        .service(handlers::list_hosts_for_officer);
}
