//! Reading calls and their forms.

use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{ListQuery, Page, PageRequest, Problem};
use crate::kernel::id::{CallId, ProgramId};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::programs::calls::lifecycle::{CallAction, CallStatus, LIFECYCLE};
use crate::programs::calls::model::{Call as Row, CallForm};
use crate::programs::calls::visible::{Boxed, visible};
use crate::programs::calls::wire::{Call, CallQuery, CallSort};
use crate::programs::visible::panels;
use crate::schema::{call_forms, calls};

fn filtered(
    scope: &Scope,
    program: Option<&ProgramId>,
    query: &CallQuery,
    now: Timestamp,
) -> Boxed {
    let mut found = visible(scope);
    if let Some(program) = program {
        found = found.filter(calls::program_id.eq(program.clone()));
    }
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                calls::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    // An open call whose instant has come is closed, whether or not a worker came by.
    let is_over = calls::status
        .eq(CallStatus::Open)
        .and(calls::closes_at.le(now));
    match query.status {
        None => found,
        Some(CallStatus::Open) => found
            .filter(calls::status.eq(CallStatus::Open))
            .filter(calls::closes_at.gt(now)),
        Some(CallStatus::Closed) => found.filter(calls::status.eq(CallStatus::Closed).or(is_over)),
        Some(status) => found.filter(calls::status.eq(status)),
    }
}

/// A page of the calls that the caller may see: of one program, or of all.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    program: Option<&ProgramId>,
    query: &CallQuery,
    now: Timestamp,
) -> Result<Page<Call>, Problem> {
    let parent = program.map_or(CallQuery::LIST, ProgramId::as_str);
    let request = PageRequest::within(keyring, query, parent)?;
    let base = || filtered(scope, program, query, now);
    let rows: Vec<Row> = crate::seek!(
        base(), calls::closes_at, calls::id,
        descending: query.sort != Some(CallSort::ClosesAt),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.closes_at.to_string(), row.id.to_string())
    });
    let panels = panels(conn, scope)?;
    Ok(page.map(|row| {
        let is_panel = panels.contains(&row.id);
        shown(&row, None, scope, is_panel, now)
    }))
}

/// One call as this caller sees it, with its form.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    now: Timestamp,
) -> Result<Call, Problem> {
    let form = parsed(&form(conn, &row.id, row.form_version)?)?;
    let is_panel = panels(conn, scope)?.contains(&row.id);
    Ok(shown(row, Some(form), scope, is_panel, now))
}

/// One version of the form of a call.
///
/// # Errors
///
/// 404 when the call has no such version.
pub fn form(conn: &mut Connection, call: &CallId, version: i64) -> Result<CallForm, Problem> {
    call_forms::table
        .filter(call_forms::call_id.eq(call))
        .filter(call_forms::version.eq(version))
        .select(CallForm::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// The schema of a form.
///
/// # Errors
///
/// 500 when it is no JSON, which nothing stores.
pub fn parsed(form: &CallForm) -> Result<Value, Problem> {
    serde_json::from_str(&form.json_schema).map_err(Problem::internal)
}

fn shown(row: &Row, form: Option<Value>, scope: &Scope, is_panel: bool, now: Timestamp) -> Call {
    let status = row.status_at(now);
    let is_closed = status != CallStatus::Open && row.opened_at.is_some();
    Call {
        id: row.id.clone(),
        program_id: row.program_id.clone(),
        title: row.title.clone(),
        status,
        closes_at: row.closing(),
        places: row.places,
        reserve_places: row.reserve_places,
        is_blind: row.is_blind,
        reviews_per_application: row.reviews_per_application,
        normalisation: row.normalisation,
        rubric: row.rubric().0,
        eligibility: row.eligibility(),
        form_version: row.form_version,
        form,
        opened_at: row.opened_at,
        closed_at: row.closed_at.or(is_closed.then_some(row.closes_at)),
        review_started_at: row.review_started_at,
        decided_at: row.decided_at,
        announced_at: row.announced_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, scope, is_panel, now),
    }
}

/// What the caller may do with a call.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope, is_panel: bool, now: Timestamp) -> Vec<String> {
    let status = row.status_at(now);
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(status, |permission| scope.oversees(permission))
        .iter()
        // Duties are kept apart: whoever reviews does not decide.
        .filter(|action| !is_panel || !matches!(action, CallAction::Decide | CallAction::Announce))
        .map(ToString::to_string)
        .collect();
    if scope.oversees(Permission::ProgramsWrite) {
        if matches!(
            status,
            CallStatus::Draft | CallStatus::Open | CallStatus::Closed
        ) {
            actions.push("update".to_owned());
        }
        if takes_late_codes(status) && !is_panel {
            actions.push("issue-late-code".to_owned());
        }
    }
    if status == CallStatus::Open && !is_panel && scope.can(Permission::ApplicationsWrite) {
        actions.push("apply".to_owned());
    }
    actions
}

/// Whether late codes are given in this state.
#[must_use]
pub const fn takes_late_codes(status: CallStatus) -> bool {
    matches!(
        status,
        CallStatus::Open | CallStatus::Closed | CallStatus::InReview
    )
}
