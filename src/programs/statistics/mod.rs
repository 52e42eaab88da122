//! What a program's placements came to: the figures of the accepted reports, and how many reports are
//! in.
//!
//! The quarterly reports and the final one count every day of a term once: a final report's figures
//! begin where the last quarterly report ends. Reports that the office asks for beside the schedule
//! are about days that these count too, so their figures are not added.

pub mod handlers;
pub mod queries;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(handlers::get_program_statistics);
}
