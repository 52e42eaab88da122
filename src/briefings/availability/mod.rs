//! When briefers and a venue are free together, inside the working hours of everybody who takes part.
//!
//! Working hours are the office's own, kept on the clock of each zone, with the office's days off.
//! However many briefers and venues are asked for, their bookings are read in one query; the rest is
//! arithmetic ([`rules`]).

pub mod handlers;
pub mod queries;
pub mod rules;
pub mod settings;
pub mod wire;
