//! The journal: one append-only record of every change, written in the transaction that makes
//! the change. The audit trail, and everything that tells others what happened, reads it.
//!
//! A database sequence is not an order of commits: a reader that follows it skips the event that
//! commits late. So one worker at a time gives each committed event its `position` and its link
//! in a chain of hashes ([`chain`]), and every reader follows `position`.

pub mod chain;
mod event;

pub use event::{Event, Subject, record, record_all};
