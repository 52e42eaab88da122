//! The operations on sessions and accounts.

pub mod accounts;
pub mod own_account;
pub mod sessions;
