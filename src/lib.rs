//! Chancery: the back office of a national subnational-diplomacy office, behind a JSON API.

pub mod directory;
pub mod kernel;
pub mod schema;
