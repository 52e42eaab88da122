//! Event requests: a city asks the office for a speaker, a delegation, participation or advice.
//!
//! A city drafts and submits ([`commands`], [`transitions`]); the office examines, asks for
//! clearances ([`clearances`]) and confirms or declines. What is due when is kept by a clock of
//! business hours ([`clock`], [`deadlines`]); who of the office has it in hand, and what waits for
//! whom, by [`assignment`] and the work queues of [`queries`]. Documents and comments hang on a
//! request ([`documents`], [`comments`]). Everything that happens is in the journal, and from there
//! in the [`history`] that people read.
//!
//! Whom a city is told about is decided in one place: an official is named only while the request
//! is confirmed ([`lifecycle::RequestStatus::names_official`]), and the journal's shared part
//! ([`journal::shared`]) never names anybody. Requests of the sandbox are apart from the others in
//! every query ([`visible::visible`]) and are told to nobody.
//!
//! Fields, life cycle and rules follow `docs/domain.md`, section "Event requests".

pub mod action_handlers;
pub mod action_wire;
pub mod aggregate;
pub mod assignment;
pub mod clearances;
pub mod clock;
pub mod commands;
pub mod comments;
pub mod deadlines;
pub mod documents;
pub mod duplicates;
pub mod form;
pub mod handlers;
pub mod history;
pub mod journal;
pub mod lifecycle;
pub mod model;
pub mod names;
pub mod queries;
pub mod represent;
pub mod rules;
pub mod series;
pub mod settings;
pub mod transitions;
pub mod visible;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_event_requests)
        .service(handlers::create_event_request)
        .service(handlers::get_event_request)
        .service(handlers::update_event_request)
        .service(handlers::delete_event_request)
        .service(handlers::get_event_request_history)
        .service(handlers::get_work_queues);
    action_handlers::routes(config);
    clearances::routes(config);
    comments::routes(config);
    documents::routes(config);
}
