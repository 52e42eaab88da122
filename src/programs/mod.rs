//! Embedded-diplomat programs: the office places a diplomat in a city hall, a governor's office or a
//! county for a year.
//!
//! | room | what lives there |
//! | --- | --- |
//! | this one | programs: legal basis, terms, what is reported, what hosts undertake |
//! | [`calls`] | windows in which hosts apply: forms, rubrics, late codes |
//! | [`applications`] | what hosts hand in, and who sees it |
//! | [`reviews`] | panels, assignments, conflicts of interest, scores, the ranking |
//! | [`decisions`] | the slate, its signatures, the announcement, the reserve |
//! | [`officers`] | grades, skills, languages, availability, recusals |
//! | [`matching`] | which officers fit a host, and which hosts an officer, and why |
//! | [`placements`] | terms that never overlap, with their reports |
//! | [`needs`], [`host_duties`] | what a host asks of an officer, and what it owes |
//!
//! Fields, life cycles and rules follow `docs/domain.md`, section "Embedded-diplomat programs".

pub mod applications;
pub mod calls;
pub mod commands;
pub mod deadlines;
pub mod decisions;
pub mod handlers;
pub mod host_duties;
pub mod matching;
pub mod model;
pub mod needs;
pub mod officers;
pub mod placements;
pub mod queries;
pub mod reviews;
pub mod settings;
pub mod statistics;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_programs)
        .service(handlers::create_program)
        .service(handlers::get_program)
        .service(handlers::update_program);
    calls::routes(config);
    applications::routes(config);
    reviews::routes(config);
    decisions::routes(config);
    officers::routes(config);
    matching::routes(config);
    placements::routes(config);
    statistics::routes(config);
}
