//! Who takes part in a session without a seat, and what the Federal Advisory Committee Act makes of
//! it: somebody who is neither federal nor elected, nor the designee of somebody elected, holds the
//! session until it is decided whether it is exempt.

pub mod commands;
pub mod handlers;
pub mod legal;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
}
