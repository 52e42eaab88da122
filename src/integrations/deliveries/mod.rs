//! Deliveries: one event told to one webhook endpoint, at least once.
//!
//! One worker at a time follows the journal and writes a delivery for each endpoint that may know
//! and wants to know of an event ([`fan_out`]). Every replica delivers ([`sender`]): it claims what
//! is due ([`claims`]), sends it ([`attempt`]) and writes down what became of it ([`outcome`]).
//! What fails is tried again by a schedule of three days ([`rules`]).

pub mod attempt;
pub mod claims;
pub mod commands;
pub mod fan_out;
pub mod handlers;
pub mod model;
pub mod outcome;
pub mod queries;
pub mod rules;
pub mod sender;
pub mod wire;
