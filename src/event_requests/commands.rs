//! Drafting, changing and deleting event requests: load locked, decide, store, record.

use actix_web::http::header;
use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};

use crate::directory::organizations::acting;
use crate::event_requests::aggregate::{acquire, write};
use crate::event_requests::form::EventDetails;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::visible;
use crate::event_requests::wire::{CreateEventRequest, UpdateEventRequest};
use crate::event_requests::{comments, documents, duplicates, journal, represent, rules};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Tx, constraint};
use crate::kernel::http::{Code, Faults, IfMatch, Problem, schema};
use crate::kernel::id::EventRequestId;
use crate::kernel::marking::Marking;
use crate::kernel::patch::{Patch, merge};
use crate::kernel::text;
use crate::kernel::time::{ZonedTime, ZonedTimeInput};
use crate::schema::{event_request_clocks, event_requests};

/// Drafts an event request.
///
/// # Errors
///
/// 409 when the organization has one with this `external_ref`; 422 with every broken rule.
pub fn create_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreateEventRequest,
) -> Result<EventRequest, Problem> {
    let mut faults = Faults::default();
    let organization_id = acting::organization(
        tx.conn,
        scope,
        input.organization_id.as_ref(),
        Permission::RequestsWrite,
        &mut faults,
    )?;
    let starts_at = input.starts_at.resolve("/starts_at", &mut faults);
    let ends_at = input.ends_at.resolve("/ends_at", &mut faults);
    if let (Some(starts_at), Some(ends_at)) = (&starts_at, &ends_at) {
        rules::check_times(starts_at, ends_at, &mut faults);
    }
    let decision_deadline = input
        .decision_deadline
        .as_ref()
        .and_then(|input| input.resolve("/decision_deadline", &mut faults));
    if let Some(starts_at) = &starts_at {
        let deadline = decision_deadline.as_ref().map(ZonedTime::utc);
        rules::check_decision_deadline(deadline, starts_at.utc(), &mut faults);
    }
    check_office_members(
        scope,
        Some(input.marking),
        input.internal_notes.is_some(),
        &mut faults,
    );
    faults.finish()?;
    let (Some(organization_id), Some(starts_at), Some(ends_at)) =
        (organization_id, starts_at, ends_at)
    else {
        return Err(Problem::internal("an incomplete draft passed the checks"));
    };
    let title = text::clean(&input.title);
    let row = EventRequest {
        id: EventRequestId::fresh(),
        organization_id,
        reference: None,
        external_ref: input.external_ref.clone(),
        is_sandbox: scope.is_sandbox(),
        request_type: input.request_type,
        title_folded: text::fold(&title),
        title,
        topic: text::clean(&input.topic),
        marking: input.marking,
        status: RequestStatus::Draft,
        time_zone: starts_at.zone().name().to_owned(),
        starts_local: starts_at.local(),
        starts_at: starts_at.utc(),
        ends_local: ends_at.local(),
        ends_at: ends_at.utc(),
        decision_deadline: decision_deadline.map(|deadline| deadline.utc()),
        form: form(&input.details)?,
        internal_notes: text::clean_optional(input.internal_notes.as_deref()),
        expedite_reason: text::clean_optional(input.expedite_reason.as_deref()),
        awaited: String::new(),
        assignee_id: None,
        official_id: None,
        reason: None,
        created_by_kind: scope.actor().kind().to_owned(),
        created_by_id: scope.actor().id().unwrap_or_default().to_owned(),
        submitted_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let inserted = tx.savepoint(|tx| {
        diesel::insert_into(event_requests::table)
            .values(row.clone())
            .execute(tx.conn)
    });
    unless_taken(tx, scope, &row, inserted)?;
    duplicates::flag(tx, &row)?;
    tx.record(
        journal::shared("event_request.created", &row)
            .payload(json!({"after": journal::summary(&row)})),
    )?;
    Ok(row)
}

fn form(details: &EventDetails) -> Result<String, Problem> {
    serde_json::to_string(details).map_err(Problem::internal)
}

/// Turns the violation of the one `external_ref` an organization into 409 with the `Location` of
/// the first.
fn unless_taken(
    tx: &mut Tx<'_>,
    scope: &Scope,
    row: &EventRequest,
    outcome: Result<usize, Error>,
) -> Result<(), Problem> {
    let error = match outcome {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    if !constraint::is_violated(
        &error,
        "event_requests_external_ref_key",
        "event_requests.organization_id, event_requests.is_sandbox, event_requests.external_ref",
    ) {
        return Err(error.into());
    }
    let first: Option<EventRequestId> = visible(scope)
        .filter(event_requests::organization_id.eq(row.organization_id.clone()))
        .filter(event_requests::external_ref.eq(row.external_ref.clone()))
        .select(event_requests::id)
        .first(tx.conn)
        .optional()?;
    let mut problem = Problem::new(
        Code::DuplicateExternalRef,
        "The organization has an event request with this `external_ref`.",
    );
    if let Some(first) = first {
        problem = problem
            .with("id", first.as_str())
            .with_header(header::LOCATION, format!("/v1/event-requests/{first}"));
    }
    Err(problem)
}

/// Some members are the office's to set.
fn check_office_members(
    scope: &Scope,
    marking: Option<Marking>,
    has_notes: bool,
    faults: &mut Faults,
) {
    scope.check_marking(marking, "/marking", faults);
    faults.require(
        !has_notes || scope.is_federal(),
        "/internal_notes",
        "not_permitted",
        "is for the office's notes",
    );
}

/// 409: the request can no longer be changed.
fn closed(row: &EventRequest, scope: &Scope) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!("This is not possible while the state is `{}`.", row.status),
    )
    .with("state", row.status.as_str())
    .with("allowed_actions", represent::allowed_actions(row, scope))
}

/// Changes what a request says.
///
/// # Errors
///
/// 404; 409 when it is too late, or the `external_ref` is taken; 412; 422 with every broken rule.
pub fn update_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
    change: &UpdateEventRequest,
) -> Result<EventRequest, Problem> {
    let stored = acquire(tx, scope, settings, id, Permission::RequestsWrite)?;
    stored.expect(if_match)?;
    if !represent::may_update(&stored, scope) {
        return Err(closed(&stored, scope));
    }
    let mut row = stored.clone();
    let mut faults = Faults::default();
    apply(change, &mut row, &mut faults)?;
    check_office_members(
        scope,
        change.marking,
        !matches!(change.internal_notes, Patch::Keep),
        &mut faults,
    );
    faults.require(
        change.request_type.is_none() || stored.status == RequestStatus::Draft,
        "/request_type",
        "not_applicable",
        "cannot be changed once the request is submitted",
    );
    if stored.status != RequestStatus::Draft {
        // What was complete stays so, and what was in time is not moved closer.
        rules::check_complete(&row, &row.details(), &mut faults);
        if row.starts_at != stored.starts_at {
            rules::check_lead_time(&row, settings.of(row.request_type), tx.now, &mut faults);
        }
    }
    faults.finish()?;
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    let outcome = write(tx, &stored, &row);
    unless_taken(tx, scope, &row, outcome)?;
    if row.title_folded != stored.title_folded || row.starts_at != stored.starts_at {
        duplicates::flag(tx, &row)?;
    }
    tx.record(
        journal::shared("event_request.updated", &row).payload(json!({
            "before": journal::summary(&stored),
            "after": journal::summary(&row),
        })),
    )?;
    Ok(row)
}

fn apply(
    change: &UpdateEventRequest,
    row: &mut EventRequest,
    faults: &mut Faults,
) -> Result<(), Problem> {
    if let Some(title) = &change.title {
        row.title = text::clean(title);
        row.title_folded = text::fold(&row.title);
    }
    if let Some(topic) = &change.topic {
        row.topic = text::clean(topic);
    }
    row.request_type = change.request_type.unwrap_or(row.request_type);
    row.marking = change.marking.unwrap_or(row.marking);
    change.external_ref.clone().apply(&mut row.external_ref);
    change
        .expedite_reason
        .clone()
        .apply(&mut row.expedite_reason);
    change.internal_notes.clone().apply(&mut row.internal_notes);
    apply_times(change, row, faults);
    if let Some(patch) = &change.details {
        let mut merged: Value = serde_json::from_str(&row.form).map_err(Problem::internal)?;
        merge(&mut merged, patch);
        let mut found = Faults::default();
        schema::check::<EventDetails>(&merged, &mut found)?;
        for fault in found.into_vec() {
            faults.add(
                &format!("/details{}", fault.pointer),
                &fault.code,
                &fault.detail,
            );
        }
        if faults.is_empty() {
            let details: EventDetails =
                serde_json::from_value(merged).map_err(Problem::internal)?;
            row.form = form(&details)?;
        }
    }
    Ok(())
}

fn apply_times(change: &UpdateEventRequest, row: &mut EventRequest, faults: &mut Faults) {
    let moved = |input: Option<&ZonedTimeInput>, pointer: &str, kept, faults: &mut Faults| {
        input.map_or(Some(kept), |input| input.resolve(pointer, faults))
    };
    let starts = moved(
        change.starts_at.as_ref(),
        "/starts_at",
        row.zoned(row.starts_at),
        faults,
    );
    let ends = moved(
        change.ends_at.as_ref(),
        "/ends_at",
        row.zoned(row.ends_at),
        faults,
    );
    match &change.decision_deadline {
        Patch::Keep => {}
        Patch::Clear => row.decision_deadline = None,
        Patch::Set(input) => {
            row.decision_deadline = input
                .resolve("/decision_deadline", faults)
                .as_ref()
                .map(ZonedTime::utc);
        }
    }
    if let (Some(starts_at), Some(ends_at)) = (starts, ends) {
        rules::check_times(&starts_at, &ends_at, faults);
        rules::check_decision_deadline(row.decision_deadline, starts_at.utc(), faults);
        row.time_zone = starts_at.zone().name().to_owned();
        row.starts_local = starts_at.local();
        row.starts_at = starts_at.utc();
        row.ends_local = ends_at.local();
        row.ends_at = ends_at.utc();
    }
}

/// Deletes a draft; everything else is a record and stays.
///
/// # Errors
///
/// 404; 409 when it is no draft, or holds documents or comments; 412.
pub fn delete_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let stored = acquire(tx, scope, settings, id, Permission::RequestsWrite)?;
    stored.expect(if_match)?;
    if stored.status != RequestStatus::Draft {
        return Err(closed(&stored, scope));
    }
    duplicates::unflag(tx, id)?;
    comments::commands::delete_all(tx, id)?;
    documents::commands::delete_all(tx, id)?;
    diesel::delete(event_request_clocks::table.filter(event_request_clocks::request_id.eq(id)))
        .execute(tx.conn)?;
    diesel::delete(event_requests::table.filter(event_requests::id.eq(id))).execute(tx.conn)?;
    tx.record(
        journal::internal("event_request.deleted", &stored)
            .payload(json!({"before": journal::summary(&stored)})),
    )
}
