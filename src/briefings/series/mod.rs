//! Briefings that recur ([`rule`]) at one time on the clock on the wall ([`pattern`]), so that 10:00
//! stays 10:00 when the clocks change. Each occurrence is a briefing of its own, with its own
//! registrations and its own life cycle.
//!
//! Bookings in the way of any occurrence are named before anything is stored ([`conflicts`]). A change
//! of the series changes what is still to come ([`revising`]) and leaves alone what an occurrence
//! changed by itself ([`single`]); "this and following" is another series from a date on.

pub mod advancing;
pub mod commands;
pub mod conflicts;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod occurrences;
pub mod pattern;
pub mod plan;
pub mod queries;
pub mod revising;
pub mod rule;
pub mod single;
pub mod wire;
