//! The queue as the office sees it: who was sent which mail and what became of it, never what it said.

pub mod commands;
pub mod handlers;
pub mod lifecycle;
pub mod queries;
pub mod wire;
