//! Webhook endpoints: the addresses of cities' systems to which events are delivered, following
//! the Standard Webhooks specification 1.0.0.
//!
//! An endpoint belongs to an organization and is told what that organization's staff may know
//! ([`queries::eyes_of`]), never more, whoever made it. Its secret signs every delivery; it is
//! shown once and stored sealed.

pub mod commands;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod secret;
pub mod wire;
