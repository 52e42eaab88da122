//! Calls: a window in which hosts apply for a program.
//!
//! A call closes at one instant, stated in a zone; whoever comes later needs a late code, which
//! somebody of the office gave for a reason. Its form is a JSON Schema with versions, its rubric a
//! list of criteria with weights.

pub mod aggregate;
pub mod commands;
pub mod deadlines;
pub mod eligibility;
pub mod form;
pub mod handlers;
pub mod late_codes;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod rubric;
pub mod rules;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    late_codes::handlers::routes(config);
}
