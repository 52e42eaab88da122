//! Assemblies of local leaders: mayors, governors, county executives and tribal leaders whom the
//! office convenes.
//!
//! | room | what lives there |
//! | --- | --- |
//! | this one | assemblies: the cohort, its composition, regions and rules |
//! | [`seats`] | one a jurisdiction: nominations, holders, alternates, proxies; who could vote when |
//! | [`sessions`] | calling, opening, adjourning; who takes part; the Federal Advisory Committee Act |
//! | [`agenda`] | the tree of items, amendments after publication, speakers, documents |
//! | [`presence`] | who is there, from when until when |
//! | [`quorum`] | whether enough jurisdictions are, and what that was reckoned from |
//! | [`motions`] | what is to be resolved: numbers, texts, amendments, the steps to a vote |
//! | [`polls`] | recorded, roll-call and secret votes, and their results |
//! | [`minutes`] | drafted from the records, approved with a hash, corrected by appending |
//!
//! Fields, life cycles and rules follow `docs/domain.md`, section "Assemblies".

pub mod agenda;
pub mod aggregate;
pub mod commands;
pub mod composition;
pub mod deadlines;
pub mod handlers;
pub mod lifecycle;
pub mod minutes;
pub mod model;
pub mod motions;
pub mod polls;
pub mod presence;
pub mod queries;
pub mod quorum;
pub mod regions;
pub mod rules;
pub mod seats;
pub mod sessions;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    seats::routes(config);
    sessions::routes(config);
    agenda::routes(config);
    presence::routes(config);
    quorum::routes(config);
    motions::routes(config);
    polls::routes(config);
    minutes::routes(config);
}
