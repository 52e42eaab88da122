//! Roles: named sets of permissions (the roles and what they see: domain practice of such
//! offices, section 3 of docs/domain.md).

use crate::kernel::access::Permission::{self, *};
use crate::kernel::marking::Marking;

crate::text_enum! {
    /// What a person does in an organization.
    pub enum Role {
        /// Runs the office: users, settings, final approval. Never edits the journal.
        Administrator => "administrator",
        /// Desk officer: schedules briefings and triages requests.
        Scheduler => "scheduler",
        /// Runs the embedded-diplomat programs.
        ProgramOfficer => "program_officer",
        /// Interagency partner: sees shared records, clears or comments.
        ClearanceOfficer => "clearance_officer",
        /// Serves in a host jurisdiction; rights end with the placement.
        Diplomat => "diplomat",
        /// Mayor, governor, county executive or tribal leader.
        LocalLeader => "local_leader",
        /// Works for a local leader.
        LocalStaff => "local_staff",
        /// Reads everything and the journal; changes nothing.
        Auditor => "auditor",
    }
}

const SCHEDULER: &[Permission] = &[
    OrganizationsRead,
    OrganizationsWrite,
    UsersRead,
    BriefersRead,
    BriefersWrite,
    VenuesRead,
    VenuesWrite,
    BriefingsRead,
    BriefingsSchedule,
    BriefingsClose,
    RegistrationsRead,
    RegistrationsWrite,
    RegistrationsCheckIn,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    RequestsTriage,
    ClearancesRead,
    WorkQueuesRead,
    EventsRead,
    ProgramsRead,
    ApplicationsRead,
    ReviewsRead,
    ReviewsWrite,
    SlatesSign,
    PlacementsRead,
    PlacementReportsRead,
    AssembliesRead,
    SessionsClerk,
    PresenceWrite,
    MotionsWrite,
    PollsWrite,
    BallotsCast,
    MinutesWrite,
    AvailabilityRead,
    InvitationsRead,
    InvitationsWrite,
    RegistrationsReview,
    AccessDataWrite,
    AccessDataDisclose,
    MaterialsRead,
    MaterialsWrite,
    AfterActionsRead,
    AfterActionsWrite,
    MailRead,
    MailWrite,
    CalendarsRead,
    CalendarsWrite,
];
const PROGRAM_OFFICER: &[Permission] = &[
    OrganizationsRead,
    BriefersRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    RequestsRead,
    RequestsComment,
    ClearancesRead,
    WorkQueuesRead,
    EventsRead,
    UsersRead,
    ProgramsRead,
    ProgramsWrite,
    ApplicationsRead,
    ApplicationsWrite,
    ApplicationsDecide,
    ReviewsRead,
    ReviewsWrite,
    SlatesSign,
    OfficersRead,
    OfficersWrite,
    PlacementsRead,
    PlacementsWrite,
    PlacementsSign,
    PlacementReportsRead,
    PlacementReportsWrite,
    PlacementReportsReview,
    AssembliesRead,
    AvailabilityRead,
    InvitationsRead,
    MaterialsRead,
    AfterActionsRead,
    AfterActionsWrite,
    CalendarsRead,
    CalendarsWrite,
];
const PARTNER: &[Permission] = &[
    OrganizationsRead,
    BriefersRead,
    VenuesRead,
    BriefingsRead,
    RequestsRead,
    RequestsComment,
    ClearancesRead,
    ClearancesDecide,
    EventsRead,
    ProgramsRead,
    ApplicationsRead,
    ReviewsRead,
    ReviewsWrite,
    SlatesSign,
    AssembliesRead,
    SessionsReview,
    MaterialsRead,
    AfterActionsRead,
    AfterActionsWrite,
    CalendarsRead,
    CalendarsWrite,
];
const DIPLOMAT: &[Permission] = &[
    OrganizationsRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    RegistrationsWrite,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    EventsRead,
    ProgramsRead,
    OfficersRead,
    PlacementsRead,
    PlacementReportsRead,
    PlacementReportsWrite,
    AssembliesRead,
    InvitationsRead,
    AccessDataWrite,
    MaterialsRead,
    CalendarsRead,
    CalendarsWrite,
];
const LOCAL_LEADER: &[Permission] = &[
    OrganizationsRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    RegistrationsWrite,
    ApiKeysRead,
    ApiKeysWrite,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    EventsRead,
    WebhooksRead,
    WebhooksWrite,
    ProgramsRead,
    ApplicationsRead,
    ApplicationsWrite,
    PlacementsRead,
    PlacementReportsRead,
    PlacementsSign,
    AssembliesRead,
    SeatsNominate,
    ProxiesWrite,
    PresenceWrite,
    MotionsWrite,
    BallotsCast,
    InvitationsRead,
    AccessDataWrite,
    MaterialsRead,
    CalendarsRead,
    CalendarsWrite,
];
/// As a leader, but an agreement is for the leader to sign.
const LOCAL_STAFF: &[Permission] = &[
    OrganizationsRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    RegistrationsWrite,
    ApiKeysRead,
    ApiKeysWrite,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    EventsRead,
    WebhooksRead,
    WebhooksWrite,
    ProgramsRead,
    ApplicationsRead,
    ApplicationsWrite,
    PlacementsRead,
    PlacementReportsRead,
    AssembliesRead,
    SeatsNominate,
    PresenceWrite,
    MotionsWrite,
    BallotsCast,
    InvitationsRead,
    AccessDataWrite,
    MaterialsRead,
    CalendarsRead,
    CalendarsWrite,
];
const AUDITOR: &[Permission] = &[
    OrganizationsRead,
    UsersRead,
    BriefersRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    ApiKeysRead,
    RequestsRead,
    ClearancesRead,
    WorkQueuesRead,
    EventsRead,
    WebhooksRead,
    AuditRead,
    ProgramsRead,
    ApplicationsRead,
    ReviewsRead,
    OfficersRead,
    PlacementsRead,
    PlacementReportsRead,
    AssembliesRead,
    AvailabilityRead,
    InvitationsRead,
    MaterialsRead,
    AfterActionsRead,
    MailRead,
    CalendarsRead,
];

/// What a key may hold at all. It is no more than a city's own staff hold, and has nothing that
/// decides, that is the office's own, or that makes further keys.
pub const SERVICE_SCOPES: &[Permission] = &[
    OrganizationsRead,
    VenuesRead,
    BriefingsRead,
    RegistrationsRead,
    RegistrationsWrite,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    EventsRead,
    WebhooksRead,
    WebhooksWrite,
    ProgramsRead,
    ApplicationsRead,
    ApplicationsWrite,
    PlacementsRead,
    AssembliesRead,
    InvitationsRead,
    MaterialsRead,
];

/// What a sandbox key may hold: the requests that are kept apart for it, their events, and the
/// directory. Briefings, registrations, venues and webhook endpoints have no sandbox: a key that
/// is handed around for trying things out would read and change live records there.
pub const SANDBOX_SCOPES: &[Permission] = &[
    OrganizationsRead,
    RequestsRead,
    RequestsWrite,
    RequestsComment,
    EventsRead,
];

impl Role {
    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Administrator => Permission::ALL,
            Self::Scheduler => SCHEDULER,
            Self::ProgramOfficer => PROGRAM_OFFICER,
            Self::ClearanceOfficer => PARTNER,
            Self::Diplomat => DIPLOMAT,
            Self::LocalLeader => LOCAL_LEADER,
            Self::LocalStaff => LOCAL_STAFF,
            Self::Auditor => AUDITOR,
        }
    }

    /// The narrowest marking the role may see.
    #[must_use]
    pub const fn ceiling(self) -> Marking {
        match self {
            Self::Diplomat | Self::LocalLeader | Self::LocalStaff => Marking::OfficialUse,
            Self::Administrator
            | Self::Scheduler
            | Self::ProgramOfficer
            | Self::ClearanceOfficer
            | Self::Auditor => Marking::Cui,
        }
    }

    /// Whether the role sees the affairs of every jurisdiction, or of its own organization alone.
    #[must_use]
    pub const fn is_federal(self) -> bool {
        match self {
            Self::Diplomat | Self::LocalLeader | Self::LocalStaff => false,
            Self::Administrator
            | Self::Scheduler
            | Self::ProgramOfficer
            | Self::ClearanceOfficer
            | Self::Auditor => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_no_more_than_local_staff_and_a_sandbox_key_less() {
        let local = Role::LocalStaff.permissions();
        assert!(SERVICE_SCOPES.iter().all(|scope| local.contains(scope)));
        assert!(!SERVICE_SCOPES.contains(&ApiKeysRead) && !SERVICE_SCOPES.contains(&ApiKeysWrite));
        assert!(
            SANDBOX_SCOPES
                .iter()
                .all(|scope| SERVICE_SCOPES.contains(scope))
        );
        assert!(SANDBOX_SCOPES.len() < SERVICE_SCOPES.len());
    }
}
