//! Event requests as a caller sees them: one query a relation, however many rows.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::directory::briefers;
use crate::directory::organizations;
use crate::directory::organizations::wire::Organization;
use crate::event_requests::clearances::queries as clearances;
use crate::event_requests::duplicates;
use crate::event_requests::lifecycle::{LIFECYCLE, RequestAction, RequestStatus};
use crate::event_requests::model::EventRequest as Row;
use crate::event_requests::visible::is_of_the_asking_side;
use crate::event_requests::wire::{
    AssigneeSummary, EventReport, EventRequest, OfficialSummary, RequestExpansion, WaitingFor,
};
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{BrieferId, EventRequestId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::schema::{event_request_clocks, event_request_reports};

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    expand: Option<RequestExpansion>,
    now: Timestamp,
) -> Result<Vec<EventRequest>, Problem> {
    let ids: Vec<EventRequestId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut duplicates = duplicates::of(conn, scope, &ids)?;
    let due = due_of(conn, &ids)?;
    let mut reports = reports_of(conn, &ids)?;
    let officials: Vec<BrieferId> = rows
        .iter()
        .filter(|row| sees_official(row, scope))
        .filter_map(|row| row.official_id.clone())
        .collect();
    let officials = briefers::queries::by_ids(conn, &officials)?;
    let mut names = HashMap::new();
    if scope.is_federal() {
        let assignees: Vec<String> = rows
            .iter()
            .filter_map(|row| Some(row.assignee_id.as_ref()?.to_string()))
            .collect();
        names = identity::queries::names_of_users(conn, assignees, None)?;
    }
    let mut clearances = scope
        .can(Permission::ClearancesRead)
        .then(|| clearances::summaries(conn, &ids, now))
        .transpose()?;
    let mut organizations = HashMap::new();
    if expand == Some(RequestExpansion::Organization) && scope.can(Permission::OrganizationsRead) {
        let ids: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id.clone()).collect();
        organizations = organizations::queries::by_ids(conn, &ids)?;
    }
    Ok(rows
        .iter()
        .map(|row| EventRequest {
            id: row.id.clone(),
            reference: row.reference.clone(),
            external_ref: row.external_ref.clone(),
            organization_id: row.organization_id.clone(),
            organization: organizations
                .get(&row.organization_id)
                .map(|organization| Organization::of(organization.clone(), scope)),
            request_type: row.request_type,
            title: row.title.clone(),
            topic: row.topic.clone(),
            marking: row.marking,
            status: row.status,
            starts_at: row.zoned(row.starts_at),
            ends_at: row.zoned(row.ends_at),
            decision_deadline: row.decision_deadline.map(|instant| row.zoned(instant)),
            details: row.details(),
            expedite_reason: row.expedite_reason.clone(),
            waiting_for: waiting_for(row.status),
            awaited_documents: row.awaited(),
            decision_due_at: due.get(&row.id).copied(),
            official: row
                .official_id
                .as_ref()
                .filter(|_| sees_official(row, scope))
                .and_then(|id| officials.get(id))
                .map(|official| OfficialSummary {
                    id: official.id.clone(),
                    name: official.name.clone(),
                    title: official.title.clone(),
                }),
            reason: row.reason.clone(),
            report: reports.remove(&row.id),
            possible_duplicates: duplicates.remove(&row.id).unwrap_or_default(),
            assignee: row
                .assignee_id
                .as_ref()
                .filter(|_| scope.is_federal())
                .map(|id| AssigneeSummary {
                    id: id.clone(),
                    name: names.get(id.as_str()).cloned().unwrap_or_default(),
                }),
            clearances: clearances
                .as_mut()
                .map(|all| all.remove(&row.id).unwrap_or_default()),
            internal_notes: row.internal_notes.clone().filter(|_| scope.is_federal()),
            submitted_at: row.submitted_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: allowed_actions(row, scope),
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
    row: &Row,
    expand: Option<RequestExpansion>,
    now: Timestamp,
) -> Result<EventRequest, Problem> {
    represent(conn, scope, std::slice::from_ref(row), expand, now)?
        .pop()
        .ok_or_else(|| Problem::internal("an event request has no representation"))
}

fn sees_official(row: &Row, scope: &Scope) -> bool {
    scope.is_federal() || row.status.names_official()
}

const fn waiting_for(status: RequestStatus) -> Option<WaitingFor> {
    match status {
        RequestStatus::Draft
        | RequestStatus::AwaitingDocuments
        | RequestStatus::SubstituteOffered
        | RequestStatus::Completed => Some(WaitingFor::Organization),
        RequestStatus::Submitted
        | RequestStatus::UnderReview
        | RequestStatus::InClearance
        | RequestStatus::Confirmed => Some(WaitingFor::Office),
        RequestStatus::Declined | RequestStatus::Withdrawn | RequestStatus::Reported => None,
    }
}

/// Whether the caller may change what a request says, in the state it is in.
#[must_use]
pub fn may_update(row: &Row, scope: &Scope) -> bool {
    let may = |permission| scope.may(permission, &row.organization_id);
    may(Permission::RequestsWrite)
        && (row.status.is_open_to_city()
            || may(Permission::RequestsTriage) && row.status.is_open_to_office())
}

/// What the caller may do with a request.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<String> {
    let permissions = scope.permissions_in(&row.organization_id);
    let may = |permission: Permission| permissions.contains(&permission);
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, may)
        .iter()
        .filter(|action| {
            **action != RequestAction::AcceptSubstitute || is_of_the_asking_side(row, scope)
        })
        .map(RequestAction::to_string)
        .collect();
    if may_update(row, scope) {
        actions.push("update".to_owned());
    }
    if may(Permission::RequestsWrite) && row.status == RequestStatus::Draft {
        actions.push("delete".to_owned());
    }
    if may(Permission::RequestsTriage) && row.status.is_assignable() {
        actions.push("assign".to_owned());
        actions.push(
            if row.assignee_id.is_some() {
                "release"
            } else {
                "claim"
            }
            .to_owned(),
        );
    }
    actions
}

fn due_of(
    conn: &mut Connection,
    ids: &[EventRequestId],
) -> Result<HashMap<EventRequestId, Timestamp>, Problem> {
    let rows: Vec<(EventRequestId, Option<Timestamp>)> = event_request_clocks::table
        .filter(event_request_clocks::request_id.eq_any(ids.to_vec()))
        .select((
            event_request_clocks::request_id,
            event_request_clocks::due_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, due)| Some((id, due?)))
        .collect())
}

fn reports_of(
    conn: &mut Connection,
    ids: &[EventRequestId],
) -> Result<HashMap<EventRequestId, EventReport>, Problem> {
    let rows: Vec<(EventRequestId, Option<i64>, String, Timestamp)> = event_request_reports::table
        .filter(event_request_reports::request_id.eq_any(ids.to_vec()))
        .select((
            event_request_reports::request_id,
            event_request_reports::attendance,
            event_request_reports::outcome,
            event_request_reports::filed_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, attendance, outcome, filed_at)| {
            (
                id,
                EventReport {
                    attendance,
                    outcome,
                    filed_at,
                },
            )
        })
        .collect())
}
