//! Decisions: from the ranking to a slate, its signatures, and telling the hosts.
//!
//! The [`slate`] follows from what was decided by hand and from the ranking. The roles of the program
//! sign it in their order; a signature is bound to the slate by its digest, so it counts no more when
//! anything on the slate changes. Deciding writes what becomes of every application in one step, and
//! announcing tells the hosts. When a selected host steps back, the [`reserve`] moves up.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod reserve;
pub mod slate;
pub mod wire;
pub mod withdrawal;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::get_slate)
        .service(handlers::list_sign_offs)
        .service(handlers::sign_slate)
        .service(handlers::decide_call)
        .service(handlers::announce_call)
        .service(handlers::shortlist_application)
        .service(handlers::select_application)
        .service(handlers::reserve_application)
        .service(handlers::reject_application)
        .service(withdrawal::withdraw_application);
}
