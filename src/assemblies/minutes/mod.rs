//! Minutes: drafted from the records, approved with a hash over text and records, corrected by appending.

pub mod lifecycle;
pub mod model;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
