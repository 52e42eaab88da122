//! What a recipient wants: their clock, quiet hours, one mail a day, and which mail that is no duty.
//! Kept by address, so that people without an account have a say too.

pub mod commands;
pub mod handlers;
pub mod queries;
pub mod wire;
