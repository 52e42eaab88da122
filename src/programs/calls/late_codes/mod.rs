//! Late codes: leave for one organization to submit after a call has closed, given for a reason.
//!
//! A code is shown once and stored as a digest. It is good once, for the organization it was given
//! to, until it expires. Who was given one is the office's affair; those who review the call are
//! not told, because it tells who applies.

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;
