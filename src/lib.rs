//! Chancery: the back office of a national subnational-diplomacy office, behind a JSON API.

pub mod config;
pub mod directory;
pub mod identity;
pub mod kernel;
pub mod schema;
