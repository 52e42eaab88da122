//! Preparing, opening and closing calls.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{CallId, ProgramId};
use crate::kernel::text;
use crate::kernel::time::ZonedTime;
use crate::programs;
use crate::programs::calls::aggregate::{acquire, event, store};
use crate::programs::calls::lifecycle::{CallAction, CallStatus, LIFECYCLE};
use crate::programs::calls::model::{Call, CallForm};
use crate::programs::calls::rubric::{Criterion, Rubric};
use crate::programs::calls::visible::find;
use crate::programs::calls::wire::{CreateCall, UpdateCall};
use crate::programs::calls::{form, queries, rules};
use crate::programs::commands::expect_office;
use crate::programs::visible::panels;
use crate::schema::{call_forms, calls};

fn summary(call: &Call) -> Value {
    json!({
        "title": call.title,
        "status": call.status,
        "closes_at": call.closes_at,
        "places": call.places,
        "reserve_places": call.reserve_places,
        "is_blind": call.is_blind,
        "reviews_per_application": call.reviews_per_application,
        "normalisation": call.normalisation,
        "form_version": call.form_version,
    })
}

/// Drafts a call.
///
/// # Errors
///
/// 404; 409 when the program is no longer active; 422 with every broken rule.
pub fn create_call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    program: &ProgramId,
    input: &CreateCall,
) -> Result<Call, Problem> {
    let program = programs::visible::find(tx.conn, scope, program)?;
    expect_office(scope)?;
    if !program.is_active {
        return Err(
            Problem::new(Code::NotAllowedInState, "The program is no longer active.")
                .with("state", "inactive"),
        );
    }
    let mut faults = Faults::default();
    let closing = input.closes_at.resolve("/closes_at", &mut faults);
    rules::check_rubric(&input.rubric, &mut faults);
    rules::check_eligibility(&input.eligibility, &mut faults);
    form::check(&input.form, "/form", &mut faults)?;
    faults.finish()?;
    let closing =
        closing.ok_or_else(|| Problem::internal("an incomplete call passed the checks"))?;
    let title = text::clean(&input.title);
    let mut row = Call {
        id: CallId::fresh(),
        program_id: program.id,
        title_folded: text::fold(&title),
        title,
        status: CallStatus::Draft,
        time_zone: String::new(),
        closes_local: closing.local(),
        closes_at: closing.utc(),
        places: input.places,
        reserve_places: input.reserve_places,
        is_blind: input.is_blind,
        reviews_per_application: input.reviews_per_application,
        normalisation: input.normalisation,
        rubric: rubric(&input.rubric)?,
        eligibility: serde_json::to_string(&input.eligibility).map_err(Problem::internal)?,
        form_version: 1,
        opened_at: None,
        closed_at: None,
        review_started_at: None,
        decided_at: None,
        announced_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    set_closing(&mut row, &closing);
    diesel::insert_into(calls::table)
        .values(row.clone())
        .execute(tx.conn)?;
    add_form(tx, &row, &input.form)?;
    tx.record(event("call.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

fn rubric(criteria: &[Criterion]) -> Result<String, Problem> {
    let criteria = criteria
        .iter()
        .map(|criterion| Criterion {
            title: text::clean(&criterion.title),
            guidance: text::clean_optional(criterion.guidance.as_deref()),
            ..criterion.clone()
        })
        .collect();
    serde_json::to_string(&Rubric(criteria)).map_err(Problem::internal)
}

fn set_closing(row: &mut Call, closing: &ZonedTime) {
    row.time_zone = closing.zone().name().to_owned();
    row.closes_local = closing.local();
    row.closes_at = closing.utc();
}

fn add_form(tx: &mut Tx<'_>, call: &Call, form: &Value) -> Result<(), Problem> {
    diesel::insert_into(call_forms::table)
        .values(CallForm {
            call_id: call.id.clone(),
            version: call.form_version,
            json_schema: form.to_string(),
            created_at: tx.now,
        })
        .execute(tx.conn)?;
    Ok(())
}

/// Changes a call.
///
/// # Errors
///
/// 404; 409 once the reviews have begun; 412; 422 with every broken rule.
pub fn update_call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    if_match: IfMatch,
    change: &UpdateCall,
) -> Result<Call, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope)?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    if !matches!(
        stored.status,
        CallStatus::Draft | CallStatus::Open | CallStatus::Closed
    ) {
        return Err(refused(tx, scope, &stored)?);
    }
    let mut row = Call::clone(&stored);
    let mut faults = Faults::default();
    rules::check_changeable(change, stored.status, &mut faults);
    if let Some(title) = &change.title {
        row.title = text::clean(title);
        row.title_folded = text::fold(&row.title);
    }
    if let Some(input) = &change.closes_at
        && let Some(closing) = input.resolve("/closes_at", &mut faults)
    {
        faults.require(
            stored.status == CallStatus::Draft || tx.now < closing.utc(),
            "/closes_at",
            "in_the_past",
            "must lie in the future: to end the window now, close the call",
        );
        set_closing(&mut row, &closing);
    }
    row.places = change.places.unwrap_or(row.places);
    row.reserve_places = change.reserve_places.unwrap_or(row.reserve_places);
    row.is_blind = change.is_blind.unwrap_or(row.is_blind);
    row.reviews_per_application = change
        .reviews_per_application
        .unwrap_or(row.reviews_per_application);
    row.normalisation = change.normalisation.unwrap_or(row.normalisation);
    if let Some(criteria) = &change.rubric {
        rules::check_rubric(criteria, &mut faults);
        faults.require(
            stored.status == CallStatus::Draft || !criteria.is_empty(),
            "/rubric",
            "min_items",
            "needs a criterion or more, once the call is open",
        );
        row.rubric = rubric(criteria)?;
    }
    if let Some(eligibility) = &change.eligibility {
        rules::check_eligibility(eligibility, &mut faults);
        row.eligibility = serde_json::to_string(eligibility).map_err(Problem::internal)?;
    }
    if let Some(form) = &change.form {
        form::check(form, "/form", &mut faults)?;
    }
    faults.finish()?;
    if let Some(form) = &change.form {
        replace_form(tx, &mut row, form)?;
    }
    let row = store(tx, &stored, row)?;
    tx.record(event("call.updated", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}

/// Gives the call another form: a new version once somebody may have written against the last.
fn replace_form(tx: &mut Tx<'_>, row: &mut Call, form: &Value) -> Result<(), Problem> {
    if row.status == CallStatus::Draft {
        diesel::update(
            call_forms::table
                .filter(call_forms::call_id.eq(&row.id))
                .filter(call_forms::version.eq(row.form_version)),
        )
        .set((
            call_forms::json_schema.eq(form.to_string()),
            call_forms::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
        return Ok(());
    }
    row.form_version += 1;
    add_form(tx, row, form)
}

fn refused(tx: &mut Tx<'_>, scope: &Scope, call: &Call) -> Result<Problem, Problem> {
    let is_panel = panels(tx.conn, scope)?.contains(&call.id);
    Ok(Problem::new(
        Code::NotAllowedInState,
        format!("This is not possible while the state is `{}`.", call.status),
    )
    .with("state", call.status.as_str())
    .with(
        "allowed_actions",
        queries::allowed_actions(call, scope, is_panel, tx.now),
    ))
}

/// Opens a call to hosts, or closes it before its time.
///
/// # Errors
///
/// 404; 409 when it is not possible from here; 412; 422 with what is missing.
pub fn advance_call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    if_match: IfMatch,
    action: CallAction,
) -> Result<Call, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope)?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    let may = |permission: Permission| scope.oversees(permission);
    let mut row = Call::clone(&stored);
    row.status = LIFECYCLE.after(stored.status, action, may)?;
    let kind = if action == CallAction::Open {
        check_complete(&stored, tx)?;
        row.opened_at = Some(tx.now);
        "call.opened"
    } else {
        row.closed_at = Some(tx.now);
        "call.closed"
    };
    let row = store(tx, &stored, row)?;
    tx.record(event(kind, &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}

fn check_complete(call: &Call, tx: &Tx<'_>) -> Result<(), Problem> {
    let mut faults = Faults::default();
    faults.require(
        tx.now < call.closes_at,
        "/closes_at",
        "in_the_past",
        "must lie in the future before the call is opened",
    );
    faults.require(
        !call.rubric().0.is_empty(),
        "/rubric",
        "min_items",
        "needs a criterion or more before the call is opened",
    );
    faults.finish()
}
