//! Mail: what people are told, queued in the transaction of the change and sent by a worker.
//!
//! Other floors know [`outbox`] and [`template`] alone. A recipient never gets a mail twice: before a
//! mail server is given the contents of a mail, that is written down, and what happens after that
//! without an answer leaves the mail in doubt, for people to decide.

pub mod clean;
pub mod hours;
pub mod model;
pub mod outbox;
pub mod template;
pub mod templates;
