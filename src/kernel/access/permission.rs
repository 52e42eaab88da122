//! The one vocabulary of permissions. A role is a set of them; an API key is a subset of its
//! maker's.

macro_rules! permissions {
    ($( $(#[$meta:meta])* $variant:ident => $text:literal, )+) => {
        $crate::text_enum! {
            /// One thing that a caller may do.
            pub enum Permission { $( $(#[$meta])* $variant => $text, )+ }
        }

        /// Policies: one type a permission, to be named in a handler's signature.
        pub mod may {
            use super::Permission;
            use crate::kernel::access::{Policy, Requirement};

            $(
                $(#[$meta])*
                #[derive(Debug)]
                pub struct $variant;

                impl Policy for $variant {
                    const REQUIRES: Requirement = Requirement::Permission(Permission::$variant);
                }
            )+
        }
    };
}

permissions! {
    /// Read the directory of organizations.
    OrganizationsRead => "organizations:read",
    /// Create and change organizations.
    OrganizationsWrite => "organizations:write",
    /// Import organizations in bulk.
    OrganizationsImport => "organizations:import",
    /// Read accounts.
    UsersRead => "users:read",
    /// Create, change, deactivate and reactivate accounts.
    UsersWrite => "users:write",
    /// Read the list of briefers.
    BriefersRead => "briefers:read",
    /// Create and change briefers.
    BriefersWrite => "briefers:write",
    /// Read the list of venues.
    VenuesRead => "venues:read",
    /// Create and change venues.
    VenuesWrite => "venues:write",
    /// Read briefings.
    BriefingsRead => "briefings:read",
    /// Draft, change, schedule, postpone, cancel and deliver briefings.
    BriefingsSchedule => "briefings:schedule",
    /// Publish briefings to their audience.
    BriefingsPublish => "briefings:publish",
    /// Close delivered briefings.
    BriefingsClose => "briefings:close",
    /// Read registrations.
    RegistrationsRead => "registrations:read",
    /// Register attendees, change and cancel registrations.
    RegistrationsWrite => "registrations:write",
    /// Record who attended.
    RegistrationsCheckIn => "registrations:check-in",
    /// Read the journal.
    AuditRead => "audit:read",
}
