//! Invitations: the office asks people to a briefing by name, and each answers once.
//!
//! Whoever is invited gets a link of their own that works once and for a time, and needs no
//! account. They accept, decline, or send somebody else. An organization sees the briefings that
//! its people are invited to, and their invitations.

pub mod aggregate;
pub mod answer;
pub mod commands;
pub mod handlers;
pub mod link_handlers;
pub mod link_wire;
pub mod model;
pub mod page;
pub mod queries;
pub mod recipients;
pub mod settle;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_briefing_invitations)
        .service(handlers::create_briefing_invitations)
        .service(handlers::get_briefing_invitation)
        .service(handlers::resend_briefing_invitation)
        .service(handlers::revoke_briefing_invitation)
        .service(handlers::answer_briefing_invitation)
        .service(link_handlers::look_up_invitation_link)
        .service(link_handlers::answer_invitation_link);
}
