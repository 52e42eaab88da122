//! The directory: whom the office works with and where.
//!
//! [`organizations`] are jurisdictions (states, counties, municipalities, tribal governments),
//! federal agencies, associations and the office itself, most of them imported from public data.
//! [`briefers`] are the people who give briefings, [`venues`] the places where they are held.
//! The directory is known to everyone with an account; what an organization does is not.

pub mod briefers;
pub mod organizations;
pub mod venues;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    organizations::routes(config);
    briefers::routes(config);
    venues::routes(config);
}
