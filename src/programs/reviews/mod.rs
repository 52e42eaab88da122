//! Reviews: a panel scores the applications of a call.
//!
//! Applications are assigned by hand or spread evenly ([`spread`]). Whoever has a conflict of
//! interest ([`conflicts`]) sees nothing of the application, is not assigned it, and what they have
//! said of it does not count, also when the conflict came later. Each reviewer writes one review an
//! application and may change it until the call is decided. Scores and the ranking follow one stated
//! rule ([`scoring`]), and abstaining is not giving nothing.
//!
//! Everything that happens to an application here is an event about the application, so that what
//! hides the application hides it too.

pub mod assigning;
pub mod commands;
pub mod conflicts;
pub mod handlers;
pub mod model;
pub mod panel;
pub mod queries;
pub mod ranking;
pub mod rules;
pub mod scoring;
pub mod spread;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_reviewers)
        .service(handlers::add_reviewer)
        .service(handlers::list_assignments)
        .service(handlers::assign_reviewer)
        .service(handlers::assign_evenly)
        .service(handlers::list_conflicts)
        .service(handlers::record_conflict)
        .service(handlers::declare_conflict)
        .service(handlers::start_review_of_call)
        .service(handlers::get_own_review)
        .service(handlers::write_review)
        .service(handlers::list_reviews)
        .service(handlers::get_ranking);
}
