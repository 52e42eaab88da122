//! Mail: what people are told, queued in the transaction of the change and sent by a worker.
//!
//! Other floors know [`outbox`] and [`template`] alone. A recipient never gets a mail twice: before a
//! mail server is given the contents of a mail, that is written down, and what happens after that
//! without an answer leaves the mail in doubt, for people to decide.
//!
//! | room | what lives there |
//! | --- | --- |
//! | [`outbox`], [`template`], [`model`] | queueing a mail |
//! | [`sender`], [`claims`], [`triage`], [`outcome`], [`rules`] | working the queue off |
//! | [`compose`], [`templates`], [`clean`] | from a row to the bytes of a mail |
//! | [`smtp`], [`files`] | where the bytes go |
//! | [`hours`], [`digest`] | when a recipient wants them |
//! | [`messages`], [`preferences`], [`unsubscribe`] | the operations |

pub mod claims;
pub mod clean;
pub mod compose;
pub mod digest;
pub mod files;
pub mod hours;
pub mod messages;
pub mod model;
pub mod outbox;
pub mod outcome;
pub mod preferences;
pub mod rules;
pub mod sender;
pub mod settings;
pub mod smtp;
pub mod template;
pub mod templates;
pub mod triage;
pub mod unsubscribe;

use utoipa_actix_web::service_config::ServiceConfig;

/// A mail, as the journal calls it.
pub const MAIL_MESSAGE: &str = "mail_message";

/// The purpose under which the token of a mail's link is sealed.
pub const SECRET: &str = "mail";

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(preferences::handlers::get_mail_preferences)
        .service(preferences::handlers::update_mail_preferences)
        .service(unsubscribe::show_unsubscribing)
        .service(unsubscribe::unsubscribe)
        .service(messages::handlers::list_mail_messages)
        .service(messages::handlers::get_mail_message)
        .service(messages::handlers::confirm_mail_message)
        .service(messages::handlers::resend_mail_message)
        .service(messages::handlers::bounce_mail_message);
}
