//! Which events a caller may know of: one rule for the feed, the live stream and the webhooks.
//!
//! Federal staff see the events of every record that they may read. A local caller sees what the
//! office shares of its own organization's records, of the briefings that exist for it, of programs
//! and calls, which are everyone's, and of the assemblies that it follows; a role in one organization
//! opens nothing of another. Events of accounts, of who is signed in and of refused attempts belong to
//! the journal alone.

mod assemblies;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use crate::briefings::{self, materials};
use crate::event_requests;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::among;
use crate::kernel::db::dialect::Backend;
use crate::kernel::marking::Marking;
use crate::programs::placements::reports;
use crate::programs::{self, applications, calls};
use crate::schema::events::{self, dsl};
use crate::schema::{
    briefing_invitations, briefings as briefings_table, registration_changes, registrations,
};

/// A query over events, with its conditions so far.
pub type Boxed = events::BoxedQuery<'static, Backend>;

type Condition = Box<dyn BoxableExpression<events::table, Backend, SqlType = Nullable<Bool>>>;

/// The kinds of records whose events are told at all, and what it takes to read such a record.
const SUBJECTS: [(&str, Permission); 18] = [
    (BRIEFING, Permission::BriefingsRead),
    (BRIEFING_SERIES, Permission::BriefingsRead),
    (REGISTRATION, Permission::RegistrationsRead),
    (REGISTRATION_CHANGE, Permission::RegistrationsRead),
    (MATERIAL, Permission::MaterialsRead),
    (BRIEFING_INVITATION, Permission::InvitationsRead),
    (EVENT_REQUEST, Permission::RequestsRead),
    (WEBHOOK_ENDPOINT, Permission::WebhooksRead),
    ("api_key", Permission::ApiKeysRead),
    ("organization", Permission::OrganizationsRead),
    ("briefer", Permission::BriefersRead),
    ("venue", Permission::VenuesRead),
    (PLACEMENT_REPORT, Permission::PlacementReportsRead),
    (PLACEMENT, Permission::PlacementsRead),
    ("officer", Permission::OfficersRead),
    (PROGRAM, Permission::ProgramsRead),
    (CALL, Permission::ProgramsRead),
    (APPLICATION, Permission::ApplicationsRead),
];

/// How events call an event request.
pub const EVENT_REQUEST: &str = event_requests::journal::SUBJECT;

/// How events call an invitation to a briefing.
const BRIEFING_INVITATION: &str = briefings::invitations::aggregate::SUBJECT;

/// How events call a change of a registration that came too late.
const REGISTRATION_CHANGE: &str = briefings::registrations::changes::request::SUBJECT;

/// How events call a report on a placement.
pub const PLACEMENT_REPORT: &str = reports::aggregate::SUBJECT;

/// How events call a placement.
pub const PLACEMENT: &str = programs::placements::aggregate::SUBJECT;

/// How events call a program.
const PROGRAM: &str = programs::commands::SUBJECT;

/// How events call a call for hosts.
const CALL: &str = calls::aggregate::SUBJECT;

/// How events call an application, its assignments and reviews.
const APPLICATION: &str = applications::aggregate::SUBJECT;

/// How events call a registration.
const REGISTRATION: &str = "registration";

/// How events call a briefing.
pub const BRIEFING: &str = "briefing";

/// How events call a material of a briefing.
const MATERIAL: &str = materials::model::SUBJECT;

/// How events call a series of briefings. They share nothing: cities are told of its briefings.
const BRIEFING_SERIES: &str = briefings::series::commands::SUBJECT;

/// How events call a webhook endpoint.
pub const WEBHOOK_ENDPOINT: &str = "webhook_endpoint";

/// The events with a position that this caller may know of.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    // Refused attempts are about records of every kind, and belong to the journal alone.
    let mut found = events::table
        .filter(dsl::position.is_not_null())
        .filter(dsl::kind.ne("access.denied"))
        .into_boxed();
    let ceiling = scope.ceiling();
    if ceiling != Marking::Cui {
        found = found.filter(dsl::marking.eq_any(ceiling.up_to()));
        found = of_shown_briefings(found, ceiling);
    }
    // A request of the sandbox, a draft that is another's, one whose marking has been raised since:
    // whatever hides a request hides what was told of it.
    found = found.filter(dsl::subject_kind.ne(EVENT_REQUEST).or(among(
        dsl::subject_id,
        event_requests::visible::visible(scope).select(crate::schema::event_requests::id),
    )));
    // An officer at a host is told of the officer's own reports.
    found = found.filter(dsl::subject_kind.ne(PLACEMENT_REPORT).or(among(
        dsl::subject_id,
        reports::visible::visible(scope).select(crate::schema::placement_reports::id),
    )));
    // An officer at a host is told of the officer's own placements.
    found = found.filter(dsl::subject_kind.ne(PLACEMENT).or(among(
        dsl::subject_id,
        programs::placements::visible::visible(scope).select(crate::schema::placements::id),
    )));
    // Events name the organization: of an application they are told to those who may know who
    // applies, and to nobody who has a conflict of interest.
    found = found.filter(dsl::subject_kind.ne(APPLICATION).or(among(
        dsl::subject_id,
        applications::visible::named(scope).select(crate::schema::applications::id),
    )));
    // A call that is being prepared, a program that has ended.
    found = found.filter(dsl::subject_kind.ne(CALL).or(among(
        dsl::subject_id,
        calls::visible::visible(scope).select(crate::schema::calls::id),
    )));
    found = found.filter(dsl::subject_kind.ne(PROGRAM).or(among(
        dsl::subject_id,
        programs::visible::visible(scope).select(crate::schema::programs::id),
    )));
    // A material is for those who registered, or who came, or for the office alone.
    found = found.filter(dsl::subject_kind.ne(MATERIAL).or(among(
        dsl::subject_id,
        materials::queries::known(scope).select(crate::schema::materials::id),
    )));
    found = assemblies::known(found, scope);
    let mut overseen: Vec<&'static str> = SUBJECTS
        .into_iter()
        .filter(|(_, permission)| scope.oversees(*permission))
        .map(|(kind, _)| kind)
        .collect();
    if scope.oversees(Permission::AssembliesRead) {
        overseen.extend(assemblies::SUBJECTS);
    }
    if overseen.is_empty() {
        return found.filter(own(scope));
    }
    found.filter(dsl::subject_kind.eq_any(overseen).or(own(scope)))
}

/// A briefing whose marking has been raised since hides who is invited and who comes as well.
fn of_shown_briefings(found: Boxed, ceiling: Marking) -> Boxed {
    let shown = || {
        briefings_table::table
            .filter(briefings_table::marking.eq_any(ceiling.up_to()))
            .select(briefings_table::id)
    };
    found
        .filter(
            dsl::subject_kind.ne(REGISTRATION).or(among(
                dsl::subject_id,
                registrations::table
                    .filter(registrations::briefing_id.eq_any(shown()))
                    .select(registrations::id),
            )),
        )
        .filter(
            dsl::subject_kind.ne(REGISTRATION_CHANGE).or(among(
                dsl::subject_id,
                registration_changes::table
                    .filter(registration_changes::briefing_id.eq_any(shown()))
                    .select(registration_changes::id),
            )),
        )
        .filter(
            dsl::subject_kind.ne(BRIEFING_INVITATION).or(among(
                dsl::subject_id,
                briefing_invitations::table
                    .filter(briefing_invitations::briefing_id.eq_any(shown()))
                    .select(briefing_invitations::id),
            )),
        )
}

/// What the office shares with the caller's organizations: of briefings those that exist for them,
/// of every other kind of record those of the organizations where the caller may read it.
fn own(scope: &Scope) -> Condition {
    let readable = scope.can(Permission::BriefingsRead).then_some(BRIEFING);
    let briefing: Condition = Box::new(
        dsl::subject_kind
            .eq_any(Vec::from_iter(readable))
            .and(among(
                dsl::subject_id,
                briefings::queries::visible(scope).select(crate::schema::briefings::id),
            ))
            .nullable(),
    );
    // No organization's own: those that exist for the caller, as every query of events says.
    let of_all = scope
        .can(Permission::ProgramsRead)
        .then_some([PROGRAM, CALL]);
    let of_assemblies = scope
        .can(Permission::AssembliesRead)
        .then_some(assemblies::SUBJECTS);
    let of_all = of_all
        .into_iter()
        .flatten()
        .chain(of_assemblies.into_iter().flatten());
    let known: Condition =
        Box::new(briefing.or(dsl::subject_kind.eq_any(Vec::from_iter(of_all)).nullable()));
    // A host's, and the officer's own, who is at the host for a time only; a briefing's materials.
    let placed = [
        (PLACEMENT, Permission::PlacementsRead),
        (PLACEMENT_REPORT, Permission::PlacementReportsRead),
        (MATERIAL, Permission::MaterialsRead),
    ];
    let placed = placed
        .into_iter()
        .filter(|(_, permission)| scope.can(*permission))
        .map(|(kind, _)| kind);
    let known: Condition =
        Box::new(known.or(dsl::subject_kind.eq_any(Vec::from_iter(placed)).nullable()));
    let others = SUBJECTS
        .into_iter()
        .filter(|(kind, _)| {
            !matches!(
                *kind,
                BRIEFING | MATERIAL | PROGRAM | CALL | PLACEMENT | PLACEMENT_REPORT
            )
        })
        .fold(known, |known, (kind, permission)| {
            Box::new(
                known.or(dsl::subject_kind
                    .eq(kind)
                    .and(dsl::organization_id.eq_any(scope.homes_with(permission)))),
            )
        });
    Box::new(others.and(dsl::shared.is_not_null()))
}
