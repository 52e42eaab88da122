//! How a caller sees applications.

use std::collections::{HashMap, HashSet};

use crate::directory::organizations;
use crate::directory::organizations::wire::Organization;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{ApplicationId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::blind::Blindfold;
use crate::programs::applications::lifecycle::{ApplicationAction, ApplicationStatus, LIFECYCLE};
use crate::programs::applications::model::Application as Row;
use crate::programs::applications::visible::{Eyes, assigned, is_told_only, panels};
use crate::programs::applications::wire::{Application, ApplicationExpansion, Waiver};
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;

/// What is the same for all applications of a call that one caller looks at.
#[derive(Debug, Clone)]
pub struct Viewpoint<'a> {
    /// Who looks.
    pub scope: &'a Scope,
    /// The call.
    pub call: &'a Call,
    /// Whether the caller is on its panel.
    pub is_panel: bool,
    /// What the caller is to review in it.
    assigned: HashSet<ApplicationId>,
    /// When.
    pub now: Timestamp,
}

impl<'a> Viewpoint<'a> {
    /// The caller's view of this call's applications.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn of(
        conn: &mut Connection,
        scope: &'a Scope,
        call: &'a Call,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let is_panel = panels(conn, scope)?.contains(&call.id);
        let assigned = if is_panel {
            assigned(conn, scope, &call.id)?
        } else {
            HashSet::new()
        };
        Ok(Self {
            scope,
            call,
            is_panel,
            assigned,
            now,
        })
    }

    /// With what eyes the caller looks.
    #[must_use]
    pub fn eyes(&self) -> Eyes {
        if self.is_panel && self.call.hides_hosts() {
            Eyes::Blind
        } else {
            Eyes::Open
        }
    }

    /// Whether the caller is not told what is being decided: the host is told when the call is
    /// announced, and those who review are not to be led by what others make of it.
    #[must_use]
    pub fn is_told_less(&self, row: &Row) -> bool {
        is_told_only(self.scope, &row.organization_id)
            || self.is_panel && self.call.status.is_before_decision()
    }

    /// Where an application stands, as far as the caller is told.
    #[must_use]
    pub fn status(&self, row: &Row) -> ApplicationStatus {
        if self.is_told_less(row) {
            row.status.as_told(self.call.status)
        } else {
            row.status
        }
    }

    /// Whether the caller may change what an application says, in the state it is in: nobody does
    /// who reviews in the call.
    #[must_use]
    pub fn may_update(&self, row: &Row) -> bool {
        let is_open = self.call.status_at(self.now) == CallStatus::Open;
        !self.is_panel
            && self
                .scope
                .may(Permission::ApplicationsWrite, &row.organization_id)
            && match row.status {
                ApplicationStatus::Draft => true,
                ApplicationStatus::Submitted => is_open,
                _ => false,
            }
    }

    /// What the caller may do with an application.
    #[must_use]
    pub fn allowed_actions(&self, row: &Row) -> Vec<String> {
        let permissions = self.scope.permissions_in(&row.organization_id);
        let may = |permission: Permission| permissions.contains(&permission);
        let call = self.call.status_at(self.now);
        let is_possible = |action: ApplicationAction| match action {
            ApplicationAction::Submit => {
                !self.is_panel
                    && matches!(
                        call,
                        CallStatus::Open | CallStatus::Closed | CallStatus::InReview
                    )
            }
            // Done for all applications of a call at once.
            ApplicationAction::StartReview => false,
            ApplicationAction::Shortlist
            | ApplicationAction::Select
            | ApplicationAction::Reserve
            | ApplicationAction::Reject => !self.is_panel && call == CallStatus::InReview,
            ApplicationAction::Withdraw => {
                !self.is_panel
                    && (row.status != ApplicationStatus::Rejected
                        || self.call.status != CallStatus::Announced)
            }
        };
        let mut actions: Vec<String> = LIFECYCLE
            .allowed(row.status, may)
            .into_iter()
            .filter(|action| is_possible(*action))
            .map(|action| action.to_string())
            .collect();
        if self.may_update(row) {
            actions.push("update".to_owned());
            if row.status == ApplicationStatus::Draft {
                actions.push("delete".to_owned());
            }
        }
        if self.may_waive(row) {
            actions.push("waive-overdue-report".to_owned());
        }
        if self.is_panel && call == CallStatus::InReview {
            if self.assigned.contains(&row.id) && row.status != ApplicationStatus::Withdrawn {
                actions.push("review".to_owned());
            }
            actions.push("declare-conflict".to_owned());
        }
        actions
    }

    /// Whether the caller may waive what the host owes: before the application is handed in, since
    /// it is asked for then, and not by those who review in the call.
    #[must_use]
    pub fn may_waive(&self, row: &Row) -> bool {
        !self.is_panel
            && row.status == ApplicationStatus::Draft
            && row.waived_at.is_none()
            && self
                .scope
                .may(Permission::ApplicationsDecide, &row.organization_id)
    }
}

/// The rows, all of this call, as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    rows: &[Row],
    expand: Option<ApplicationExpansion>,
    now: Timestamp,
) -> Result<Vec<Application>, Problem> {
    let view = Viewpoint::of(conn, scope, call, now)?;
    let hosts: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id.clone()).collect();
    if view.eyes() == Eyes::Blind {
        let blindfold = Blindfold::read(conn, &call.id, &hosts)?;
        return rows
            .iter()
            .map(|row| blind(&view, &blindfold, row))
            .collect();
    }
    let mut organizations = HashMap::new();
    if expand == Some(ApplicationExpansion::Organization)
        && scope.can(Permission::OrganizationsRead)
    {
        organizations = organizations::queries::by_ids(conn, &hosts)?;
    }
    Ok(rows
        .iter()
        .map(|row| {
            let organization = organizations
                .get(&row.organization_id)
                .map(|host| Organization::of(host.clone(), scope));
            open(&view, row, organization)
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    row: &Row,
    expand: Option<ApplicationExpansion>,
    now: Timestamp,
) -> Result<Application, Problem> {
    represent(conn, scope, call, std::slice::from_ref(row), expand, now)?
        .pop()
        .ok_or_else(|| Problem::internal("an application has no representation"))
}

/// As those see it who are told who applies.
fn open(view: &Viewpoint<'_>, row: &Row, organization: Option<Organization>) -> Application {
    let is_told_less = view.is_told_less(row);
    let status = view.status(row);
    // What was decided is not told by halves.
    let is_told = !is_told_less || status == row.status;
    Application {
        id: row.id.clone(),
        call_id: row.call_id.clone(),
        organization_id: Some(row.organization_id.clone()),
        organization,
        status,
        title: row.title.clone(),
        form_version: row.form_version,
        answers: row.answers(),
        needs: row.needs(),
        reserve_rank: row.reserve_rank.filter(|_| is_told),
        reason: row
            .reason
            .clone()
            .filter(|_| is_told && status != ApplicationStatus::UnderReview || !is_told_less),
        waiver: row.waived_at.map(|waived_at| Waiver {
            reason: row.waiver_reason.clone().filter(|_| !is_told_less),
            waived_at,
        }),
        is_late: row.late_code_id.is_some(),
        submitted_at: row.submitted_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: view.allowed_actions(row),
    }
}

/// As those see it who review without being told who applies.
fn blind(view: &Viewpoint<'_>, blindfold: &Blindfold, row: &Row) -> Result<Application, Problem> {
    let host = &row.organization_id;
    let names = blindfold.names(host)?;
    Ok(Application {
        organization_id: None,
        title: names.without(&row.blind_title),
        answers: blindfold.answers(host, row.form_version, row.answers())?,
        needs: names.without_in_needs(row.needs()),
        // Why a host withdrew is in its own words.
        reason: None,
        // That a host owes a report says that it was a host before.
        waiver: None,
        ..open(view, row, None)
    })
}
