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
    /// Read which API keys an organization has.
    ApiKeysRead => "api-keys:read",
    /// Make, rotate and revoke API keys.
    ApiKeysWrite => "api-keys:write",
    /// Read event requests, their documents, comments and history.
    RequestsRead => "requests:read",
    /// Draft, change, submit and withdraw event requests, add documents, accept a substitute.
    RequestsWrite => "requests:write",
    /// Comment on event requests.
    RequestsComment => "requests:comment",
    /// Claim, review and complete event requests, ask for documents and clearances.
    RequestsTriage => "requests:triage",
    /// Confirm or decline event requests and offer a substitute.
    RequestsDecide => "requests:decide",
    /// Read the clearances of event requests.
    ClearancesRead => "clearances:read",
    /// Clear event requests, or object.
    ClearancesDecide => "clearances:decide",
    /// Waive a clearance.
    ClearancesWaive => "clearances:waive",
    /// Read the office's work queues.
    WorkQueuesRead => "work-queues:read",
    /// Follow the event feed.
    EventsRead => "events:read",
    /// Read webhook endpoints and their deliveries.
    WebhooksRead => "webhooks:read",
    /// Add, change and remove webhook endpoints, replay deliveries.
    WebhooksWrite => "webhooks:write",
    /// Read programs and their calls.
    ProgramsRead => "programs:read",
    /// Run programs and calls: forms, rubrics, late codes, panels, opening and closing.
    ProgramsWrite => "programs:write",
    /// Read applications.
    ApplicationsRead => "applications:read",
    /// Draft, change, submit and withdraw applications.
    ApplicationsWrite => "applications:write",
    /// Shortlist, select and reject applications, decide and announce calls, waive what a host owes.
    ApplicationsDecide => "applications:decide",
    /// Read reviews, rankings and slates.
    ReviewsRead => "reviews:read",
    /// Review applications that one is assigned to, and declare conflicts of interest.
    ReviewsWrite => "reviews:write",
    /// Sign slates.
    SlatesSign => "slates:sign",
    /// Read officers.
    OfficersRead => "officers:read",
    /// Add and change officers, and match them with hosts.
    OfficersWrite => "officers:write",
    /// Read placements.
    PlacementsRead => "placements:read",
    /// Propose, activate, extend, curtail, replace and complete placements.
    PlacementsWrite => "placements:write",
    /// Sign the agreement of a placement for one's side.
    PlacementsSign => "placements:sign",
    /// Read the reports of placements.
    PlacementReportsRead => "placement-reports:read",
    /// Write and hand in the reports of placements.
    PlacementReportsWrite => "placement-reports:write",
    /// Return and accept the reports of placements.
    PlacementReportsReview => "placement-reports:review",
    /// Read assemblies, and their seats, sessions, motions, votes and minutes.
    AssembliesRead => "assemblies:read",
    /// Convene assemblies: their rules, seats, who holds them, and calling sessions.
    AssembliesWrite => "assemblies:write",
    /// Nominate one's jurisdiction for a seat.
    SeatsNominate => "seats:nominate",
    /// Give a seat's vote to the holder of another, and take it back.
    ProxiesWrite => "proxies:write",
    /// Serve as the clerk: prepare sessions and agendas, open and adjourn sessions, run the floor.
    SessionsClerk => "assembly-sessions:clerk",
    /// Decide whether a session is exempt from the Federal Advisory Committee Act.
    SessionsReview => "assembly-sessions:review",
    /// Record presence: one's own, or as the clerk everyone's.
    PresenceWrite => "presence:write",
    /// Ask for the floor, bring, second and withdraw motions.
    MotionsWrite => "motions:write",
    /// Prepare, open and close polls.
    PollsWrite => "polls:write",
    /// Vote for a seat.
    BallotsCast => "ballots:cast",
    /// Draft, edit and correct minutes.
    MinutesWrite => "minutes:write",
    /// Approve minutes.
    MinutesApprove => "minutes:approve",
    /// Ask when briefers and venues are free.
    AvailabilityRead => "availability:read",
    /// Read invitations to briefings.
    InvitationsRead => "invitations:read",
    /// Invite to briefings, send invitations again, revoke them.
    InvitationsWrite => "invitations:write",
    /// Accept or refuse changes of registrations that were asked for too late.
    RegistrationsReview => "registrations:review",
    /// Give and take back the access data that a restricted venue asks for.
    AccessDataWrite => "access-data:write",
    /// Disclose access data; every disclosure is in the journal.
    AccessDataDisclose => "access-data:disclose",
    /// Read the materials of briefings.
    MaterialsRead => "materials:read",
    /// Add and withdraw materials of briefings.
    MaterialsWrite => "materials:write",
    /// Read after-action reports and what is to follow from them.
    AfterActionsRead => "after-actions:read",
    /// Write after-action reports and settle what is to follow from them.
    AfterActionsWrite => "after-actions:write",
    /// Read the queue of mail: who was sent what kind of mail, and what became of it.
    MailRead => "mail:read",
    /// Send mail again, and record that it could not be delivered.
    MailWrite => "mail:write",
    /// Read which calendars one has.
    CalendarsRead => "calendars:read",
    /// Make and revoke calendars.
    CalendarsWrite => "calendars:write",
    /// Read the journal.
    AuditRead => "audit:read",
}
