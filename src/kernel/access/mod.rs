//! Who is asking, what they may do, and the only door to the database.
//!
//! A handler names its policy as its first parameter, `Access<may::BriefingsPublish>`, and gets
//! the database from nowhere else: an endpoint that forgets its check does not compile.

mod door;
mod permission;
mod principal;
mod role;

pub use door::{
    Access, Authenticated, Authentication, Policy, Public, Requirement, ServiceAccount,
};
pub use permission::{Permission, may};
pub use principal::{Actor, Home, Principal, Scope};
pub use role::{Role, SANDBOX_SCOPES, SERVICE_SCOPES};
