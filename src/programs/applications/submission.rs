//! Handing an application in.

use serde_json::json;

use crate::directory::organizations;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::ApplicationId;
use crate::programs::applications::aggregate::{acquire, internal, shared, store, summary};
use crate::programs::applications::commands::{call_closed, check_complete, refuse_panel, refused};
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::represent::Viewpoint;
use crate::programs::calls::late_codes::commands::redeem;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::{Call, LateCode};
use crate::programs::host_duties::overdue_final_reports;

/// Hands an application in: until the call closes, and after that with a late code. The form is
/// complete, the host may apply, and owes no final report that nobody waived.
///
/// # Errors
///
/// 403; 404; 409 when it was handed in before, the call is closed, or a report is overdue; 412; 422
/// with every fault of the form.
pub fn submit_application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
    late_code: Option<&str>,
) -> Result<(Call, Application), Problem> {
    let (call, stored) = acquire(tx, scope, id, Permission::ApplicationsWrite)?;
    refuse_panel(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    if stored.status != ApplicationStatus::Draft {
        let view = Viewpoint::of(tx.conn, scope, &call, tx.now)?;
        return Err(refused(&view, &stored));
    }
    let mut faults = Faults::default();
    let leave = leave(tx, &call, &stored, late_code, &mut faults)?;
    let host = organizations::queries::get(tx.conn, &stored.organization_id)?;
    check_complete(tx, &call, &host, &stored, &mut faults)?;
    faults.finish()?;
    expect_no_debt(tx, &stored)?;

    let mut row = Application::clone(&stored);
    // Whoever is late joins those that are under review already.
    row.status = if call.status == CallStatus::InReview {
        ApplicationStatus::UnderReview
    } else {
        ApplicationStatus::Submitted
    };
    row.submitted_at = Some(tx.now);
    row.late_code_id = leave.as_ref().map(|code| code.id.clone());
    let row = store(tx, &stored, row)?;
    if let Some(code) = &leave {
        tx.record(internal("late_code.used", &row).payload(json!({
            "late_code_id": code.id, "reason": code.reason, "issued_by": code.created_by,
        })))?;
    }
    tx.record(shared("application.submitted", &row, &call).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok((call.into_inner(), row))
}

/// The late code that lets this application in; `None` while the call is open, which needs none.
fn leave(
    tx: &mut Tx<'_>,
    call: &Locked<Call>,
    stored: &Application,
    late_code: Option<&str>,
    faults: &mut Faults,
) -> Result<Option<LateCode>, Problem> {
    match (call.status, late_code) {
        (CallStatus::Open, _) => Ok(None),
        (CallStatus::Closed | CallStatus::InReview, Some(code)) => {
            let found = redeem(tx, call, &stored.organization_id, code)?;
            faults.require(
                found.is_some(),
                "/late_code",
                "invalid_code",
                "is not a code that this organization can use in this call now",
            );
            Ok(found)
        }
        (status, _) => Err(call_closed(call, status)),
    }
}

fn expect_no_debt(tx: &mut Tx<'_>, stored: &Application) -> Result<(), Problem> {
    if stored.waived_at.is_some() {
        return Ok(());
    }
    let owed = overdue_final_reports(tx.conn, &stored.organization_id, tx.now)?;
    if owed.is_empty() {
        return Ok(());
    }
    let owed: Vec<String> = owed.iter().map(ToString::to_string).collect();
    Err(Problem::new(
        Code::ReportOverdue,
        "The host owes the final report of an earlier placement.",
    )
    .with("reports", owed))
}
