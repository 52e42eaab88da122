//! Drafting, changing and deleting applications, and waiving what a host owes.

use actix_web::http::header;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use serde_json::json;

use crate::directory::organizations::{self, acting, model::Organization};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Connection, Tx, constraint};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{ApplicationId, CallId, OrganizationId};
use crate::kernel::patch::merge;
use crate::kernel::text;
use crate::programs::applications::aggregate::{acquire, internal, shared, store, summary};
use crate::programs::applications::blind::HostNames;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::represent::Viewpoint;
use crate::programs::applications::rules;
use crate::programs::applications::visible::{panels, visible};
use crate::programs::applications::wire::{CreateApplication, UpdateApplication};
use crate::programs::calls;
use crate::programs::calls::form;
use crate::programs::calls::late_codes::queries::holds_one;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;
use crate::programs::needs::Needs;
use crate::schema::{applications, declared_conflicts};

/// Refuses those who review in a call: they have no hand in what is applied for in it.
///
/// # Errors
///
/// 403.
pub fn refuse_panel(conn: &mut Connection, scope: &Scope, call: &CallId) -> Result<(), Problem> {
    if panels(conn, scope)?.contains(call) {
        return Err(Problem::new(
            Code::Forbidden,
            "Those who review in a call do not write its applications.",
        ));
    }
    Ok(())
}

/// Refuses those who have declared a conflict of interest with this host: what there is of it is
/// not theirs to know.
fn refuse_conflicted(
    conn: &mut Connection,
    scope: &Scope,
    call: &CallId,
    host: &OrganizationId,
) -> Result<(), Problem> {
    let Some(me) = scope.user() else {
        return Ok(());
    };
    let declared = declared_conflicts::table
        .filter(declared_conflicts::user_id.eq(me))
        .filter(declared_conflicts::call_id.eq(call))
        .filter(declared_conflicts::organization_id.eq(host));
    let is_conflicted: bool = diesel::select(exists(declared)).get_result(conn)?;
    if is_conflicted {
        return Err(Problem::new(
            Code::Forbidden,
            "You have a conflict of interest with this organization in this call.",
        ));
    }
    Ok(())
}

/// 409: the call takes no applications, or no more.
#[must_use]
pub fn call_closed(call: &Call, status: CallStatus) -> Problem {
    Problem::new(Code::CallClosed, "The call is not open for applications.")
        .with("state", status.as_str())
        .with("closes_at", call.closes_at.to_string())
}

/// 409: the application can no longer be dealt with so. It names no more than the caller is told.
#[must_use]
pub fn refused(view: &Viewpoint<'_>, row: &Application) -> Problem {
    let state = view.status(row);
    Problem::new(
        Code::NotAllowedInState,
        format!("This is not possible while the state is `{state}`."),
    )
    .with("state", state.as_str())
    .with("allowed_actions", view.allowed_actions(row))
}

fn needs_of(needs: &Needs) -> Result<String, Problem> {
    let clean = |words: &[String]| words.iter().map(|word| text::clean(word)).collect();
    let needs = Needs {
        skills: clean(&needs.skills),
        regions: clean(&needs.regions),
        ..needs.clone()
    };
    serde_json::to_string(&needs).map_err(Problem::internal)
}

fn set_title(row: &mut Application, title: &str, names: &HostNames) {
    row.title = text::clean(title);
    row.title_folded = text::fold(&row.title);
    row.blind_title = names.without(&row.title);
    row.blind_title_folded = text::fold(&row.blind_title);
}

/// Drafts an application.
///
/// # Errors
///
/// 403 for those who review in the call; 404; 409 when the host has one already, or the call is not
/// open to it; 422 with every broken rule.
pub fn create_application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    call: &CallId,
    input: &CreateApplication,
) -> Result<(Call, Application), Problem> {
    let call = calls::visible::find(tx.conn, scope, call)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    let mut faults = Faults::default();
    let host = acting::organization(
        tx.conn,
        scope,
        input.organization_id.as_ref(),
        Permission::ApplicationsWrite,
        &mut faults,
    )?;
    let host = match host {
        Some(id) => Some(organizations::queries::get(tx.conn, &id)?),
        None => None,
    };
    if let Some(host) = &host {
        refuse_conflicted(tx.conn, scope, &call.id, &host.id)?;
        expect_window(tx, &call, &host.id)?;
        rules::check_eligible(&call, host, &mut faults);
    }
    rules::check_answers(&input.answers, &mut faults);
    rules::check_needs(&input.needs, &mut faults);
    faults.finish()?;
    let host = host.ok_or_else(|| Problem::internal("a draft of nobody passed the checks"))?;
    let names = HostNames::read(tx.conn, &host)?;
    let actor = scope.actor();
    let mut row = Application {
        id: ApplicationId::fresh(),
        call_id: call.id.clone(),
        organization_id: host.id,
        status: ApplicationStatus::Draft,
        title: String::new(),
        title_folded: String::new(),
        blind_title: String::new(),
        blind_title_folded: String::new(),
        form_version: call.form_version,
        answers: input.answers.to_string(),
        needs: needs_of(&input.needs)?,
        late_code_id: None,
        waiver_reason: None,
        waived_by: None,
        waived_at: None,
        reserve_rank: None,
        reason: None,
        created_by_kind: actor.kind().to_owned(),
        created_by_id: actor.id().unwrap_or_default().to_owned(),
        submitted_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    set_title(&mut row, &input.title, &names);
    let inserted = tx.savepoint(|tx| {
        diesel::insert_into(applications::table)
            .values(row.clone())
            .execute(tx.conn)
    });
    unless_applied(tx, scope, &row, inserted)?;
    tx.record(internal("application.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok((call, row))
}

/// A call that has closed is open to those who hold a late code.
fn expect_window(tx: &mut Tx<'_>, call: &Call, host: &OrganizationId) -> Result<(), Problem> {
    let status = call.status_at(tx.now);
    let is_open = match status {
        CallStatus::Open => true,
        CallStatus::Closed | CallStatus::InReview => holds_one(tx.conn, &call.id, host, tx.now)?,
        CallStatus::Draft | CallStatus::Decided | CallStatus::Announced => false,
    };
    if is_open {
        return Ok(());
    }
    Err(call_closed(call, status))
}

/// Turns the violation of one application a host into 409 with the `Location` of the first.
fn unless_applied(
    tx: &mut Tx<'_>,
    scope: &Scope,
    row: &Application,
    outcome: Result<usize, Error>,
) -> Result<(), Problem> {
    let error = match outcome {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    if !constraint::is_violated(
        &error,
        "applications_host_key",
        "applications.call_id, applications.organization_id",
    ) {
        return Err(error.into());
    }
    let first: Option<ApplicationId> = visible(scope)
        .filter(applications::call_id.eq(row.call_id.clone()))
        .filter(applications::organization_id.eq(row.organization_id.clone()))
        .filter(applications::status.ne(ApplicationStatus::Withdrawn))
        .select(applications::id)
        .first(tx.conn)
        .optional()?;
    let mut problem = Problem::new(
        Code::AlreadyApplied,
        "The host has an application in this call.",
    );
    if let Some(first) = first {
        problem = problem
            .with("id", first.as_str())
            .with_header(header::LOCATION, format!("/v1/applications/{first}"));
    }
    Err(problem)
}

/// Changes what an application says.
///
/// # Errors
///
/// 403; 404; 409 when it is too late; 412; 422 with every broken rule.
pub fn update_application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
    change: &UpdateApplication,
) -> Result<(Call, Application), Problem> {
    let (call, stored) = acquire(tx, scope, id, Permission::ApplicationsWrite)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    let view = Viewpoint::of(tx.conn, scope, &call, tx.now)?;
    if !view.may_update(&stored) {
        return Err(refused(&view, &stored));
    }
    let host = organizations::queries::get(tx.conn, &stored.organization_id)?;
    let mut row = Application::clone(&stored);
    let mut faults = Faults::default();
    if let Some(title) = &change.title {
        let names = HostNames::read(tx.conn, &host)?;
        set_title(&mut row, title, &names);
    }
    if let Some(needs) = &change.needs {
        rules::check_needs(needs, &mut faults);
        row.needs = needs_of(needs)?;
    }
    if let Some(patch) = &change.answers {
        let mut answers = stored.answers();
        merge(&mut answers, patch);
        rules::check_answers(&answers, &mut faults);
        row.answers = answers.to_string();
    }
    if let Some(version) = change.form_version {
        faults.require(
            (stored.form_version..=call.form_version).contains(&version),
            "/form_version",
            "unknown_reference",
            &format!(
                "must lie between {} and {}",
                stored.form_version, call.form_version
            ),
        );
        row.form_version = version;
    }
    if faults.is_empty() && stored.status != ApplicationStatus::Draft {
        // What was complete stays so.
        check_complete(tx, &call, &host, &row, &mut faults)?;
    }
    faults.finish()?;
    let row = store(tx, &stored, row)?;
    tx.record(internal("application.updated", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok((call.into_inner(), row))
}

/// Notes everything that keeps an application from being handed in as it is.
///
/// # Errors
///
/// When the database fails.
pub fn check_complete(
    tx: &mut Tx<'_>,
    call: &Call,
    host: &Organization,
    row: &Application,
    faults: &mut Faults,
) -> Result<(), Problem> {
    rules::check_eligible(call, host, faults);
    let version = calls::queries::form(tx.conn, &call.id, row.form_version)?;
    let schema = calls::queries::parsed(&version)?;
    form::check_answers(&schema, &row.answers(), "/answers", faults)
}

/// Deletes a draft; everything else is a record and stays.
///
/// # Errors
///
/// 403; 404; 409 when it is no draft; 412.
pub fn delete_application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let (call, stored) = acquire(tx, scope, id, Permission::ApplicationsWrite)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    if stored.status != ApplicationStatus::Draft {
        let view = Viewpoint::of(tx.conn, scope, &call, tx.now)?;
        return Err(refused(&view, &stored));
    }
    diesel::delete(applications::table.filter(applications::id.eq(id))).execute(tx.conn)?;
    tx.record(internal("application.deleted", &stored).payload(json!({"before": summary(&stored)})))
}

/// Lets an overdue final report not stand in the way, for a reason.
///
/// # Errors
///
/// 403; 404; 409 when it was handed in, or waived before; 412.
pub fn waive_overdue_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
    reason: &str,
) -> Result<(Call, Application), Problem> {
    let (call, stored) = acquire(tx, scope, id, Permission::ApplicationsDecide)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    let view = Viewpoint::of(tx.conn, scope, &call, tx.now)?;
    if !view.may_waive(&stored) {
        return Err(refused(&view, &stored));
    }
    let mut row = Application::clone(&stored);
    row.waiver_reason = Some(text::clean(reason));
    row.waived_by = scope.user().cloned();
    row.waived_at = Some(tx.now);
    let row = store(tx, &stored, row)?;
    tx.record(
        shared("application.report_waived", &row, &call)
            .payload(json!({"reason": row.waiver_reason})),
    )?;
    Ok((call.into_inner(), row))
}
