//! Which applications exist for a caller, and of which they may know who applies. Every read goes
//! through [`visible`].
//!
//! * The host's own people see the host's own applications.
//! * Those who run the programs, and the auditor, see every application that was submitted; those
//!   who decide also help with drafts, unless they review in that call.
//! * Other federal staff see the applications that they are to review.
//! * Whoever has a conflict of interest sees nothing of the application, whatever else they are.
//!   A conflict is declared, or it follows: whoever reviews in a call has one with the
//!   jurisdictions of their own, with those above and below these, and with hosts at which they
//!   have served.
//! * In a blind call, reviewers are not told who applies until it is decided ([`Eyes`]).

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::kernel::access::{Home, Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{ApplicationId, CallId, OrganizationId, UserId};
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::placements::lifecycle::PlacementStatus;
pub use crate::programs::visible::panels;
use crate::schema::{
    applications, calls, declared_conflicts, officers, organizations, panel_members, placements,
    review_assignments,
};

/// A query over applications, with its conditions so far.
pub type Boxed = applications::BoxedQuery<'static, Backend>;

/// Whether the caller sees every application that was submitted, without being assigned it.
#[must_use]
pub fn sees_all(scope: &Scope) -> bool {
    scope.oversees(Permission::ApplicationsRead)
        && (scope.oversees(Permission::ProgramsWrite) || scope.oversees(Permission::AuditRead))
}

/// Whether the caller is told of this host's application only what hosts are told: it is their own,
/// and they do not run the programs.
#[must_use]
pub fn is_told_only(scope: &Scope, host: &OrganizationId) -> bool {
    !sees_all(scope)
        && scope
            .homes_with(Permission::ApplicationsRead)
            .contains(host)
}

/// The organizations of the caller's own that are jurisdictions: those that a conflict may follow
/// from.
fn jurisdictions(scope: &Scope) -> Vec<OrganizationId> {
    let is_federal =
        |home: &&Home| matches!(home.kind.as_str(), "national_office" | "federal_agency");
    scope
        .homes()
        .iter()
        .filter(|home| !is_federal(home))
        .map(|home| home.organization_id.clone())
        .collect()
}

/// The applications that exist for this caller.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = applications::table.into_boxed();
    let homes = scope.homes_with(Permission::ApplicationsRead);
    let Some(me) = scope.user().cloned() else {
        // A sandbox has no applications.
        let homes = if scope.is_sandbox() {
            Vec::new()
        } else {
            homes
        };
        return found.filter(applications::organization_id.eq_any(homes));
    };
    let found = without_conflicts(found, scope, &me);
    let panels = panel_members::table
        .filter(panel_members::user_id.eq(me.clone()))
        .select(panel_members::call_id);
    let is_own = applications::organization_id.eq_any(homes);
    if sees_all(scope) {
        if scope.oversees(Permission::ApplicationsDecide) {
            return found.filter(
                is_own
                    .or(applications::status.ne(ApplicationStatus::Draft))
                    .or(applications::call_id.ne_all(panels)),
            );
        }
        return found.filter(is_own.or(applications::status.ne(ApplicationStatus::Draft)));
    }
    if !scope.oversees(Permission::ApplicationsRead) {
        return found.filter(is_own);
    }
    let assigned = review_assignments::table
        .filter(review_assignments::user_id.eq(me))
        .select(review_assignments::application_id);
    found.filter(
        is_own.or(applications::id
            .eq_any(assigned)
            .and(applications::status.ne(ApplicationStatus::Draft))),
    )
}

/// Leaves out the applications with which the caller has a conflict of interest.
fn without_conflicts(found: Boxed, scope: &Scope, me: &UserId) -> Boxed {
    let declared = declared_conflicts::table
        .filter(declared_conflicts::user_id.eq(me.clone()))
        .filter(declared_conflicts::call_id.eq(applications::call_id))
        .filter(declared_conflicts::organization_id.eq(applications::organization_id));
    let panels = || {
        panel_members::table
            .filter(panel_members::user_id.eq(me.clone()))
            .select(panel_members::call_id)
    };
    let served_at = placements::table
        .inner_join(officers::table)
        .filter(officers::user_id.eq(me.clone()))
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .select(placements::organization_id);
    let found = found.filter(diesel::dsl::not(exists(declared))).filter(
        applications::call_id
            .ne_all(panels())
            .or(applications::organization_id.ne_all(served_at)),
    );
    let own = jurisdictions(scope);
    if own.is_empty() {
        return found;
    }
    let below = organizations::table
        .filter(organizations::parent_id.eq_any(own.clone()))
        .select(organizations::id);
    let above = organizations::table
        .filter(organizations::id.eq_any(own.clone()))
        .filter(organizations::parent_id.is_not_null())
        .select(organizations::parent_id.assume_not_null());
    found.filter(
        applications::call_id
            .ne_all(panels())
            .or(applications::organization_id
                .ne_all(own)
                .and(applications::organization_id.ne_all(below))
                .and(applications::organization_id.ne_all(above))),
    )
}

/// The applications that exist for this caller and of which they may know who applies: what events
/// tell of, because they name the organization.
#[must_use]
pub fn named(scope: &Scope) -> Boxed {
    let found = visible(scope);
    let Some(me) = scope.user() else {
        return found;
    };
    let blind = panel_members::table
        .inner_join(calls::table)
        .filter(panel_members::user_id.eq(me.clone()))
        .filter(calls::is_blind.eq(true))
        .filter(calls::status.eq_any(CallStatus::BEFORE_DECISION))
        .select(panel_members::call_id);
    found.filter(applications::call_id.ne_all(blind))
}

/// The application with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &ApplicationId,
) -> Result<Application, Problem> {
    let found = visible(scope)
        .filter(applications::id.eq(id.clone()))
        .select(Application::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<ApplicationId> = applications::table
        .filter(applications::id.eq(id))
        .select(applications::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("application", id.as_str()),
        None => Problem::not_found(),
    })
}

/// With what eyes a caller looks at the applications of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// They are told who applies.
    Open,
    /// They review, and are not told who applies.
    Blind,
}

/// The applications of a call that the caller is to review.
///
/// # Errors
///
/// When the database fails.
pub fn assigned(
    conn: &mut Connection,
    scope: &Scope,
    call: &CallId,
) -> Result<HashSet<ApplicationId>, Problem> {
    let Some(me) = scope.user() else {
        return Ok(HashSet::new());
    };
    let rows: Vec<ApplicationId> = review_assignments::table
        .filter(review_assignments::user_id.eq(me))
        .filter(review_assignments::call_id.eq(call))
        .select(review_assignments::application_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
