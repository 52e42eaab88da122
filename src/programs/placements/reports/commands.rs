//! Writing reports: asking for one, filling it in, handing it in, giving it back, accepting it.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kernel::access::{Actor, Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{PlacementId, PlacementReportId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::programs::placements;
use crate::programs::placements::lifecycle::{
    LIFECYCLE as PLACEMENT_LIFECYCLE, PlacementAction, PlacementStatus,
};
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::aggregate::{event, store, summary};
use crate::programs::placements::reports::lifecycle::{LIFECYCLE, ReportAction, StoredStatus};
use crate::programs::placements::reports::model::{PlacementReport, ReportKind};
use crate::programs::placements::reports::rules;
use crate::programs::placements::reports::schedule::{become_due, midnight};
use crate::programs::placements::reports::visible::{Eyes, find, served_by_me};
use crate::programs::placements::reports::wire::{AskForReport, UpdatePlacementReport};
use crate::programs::settings::Settings;
use crate::schema::placement_reports;

/// A report that is locked behind its placement, with the eyes of whoever looks at it.
struct Whole {
    placement: Locked<Placement>,
    report: Locked<PlacementReport>,
    eyes: Eyes,
}

/// Locks a report that exists for the caller, after whatever was due to its placement has happened.
fn acquire(tx: &mut Tx<'_>, scope: &Scope, id: &PlacementReportId) -> Result<Whole, Problem> {
    let found = find(tx.conn, scope, id)?;
    let placement = Locked::acquire(tx, found.placement_id.as_str())?
        .ok_or_else(|| Problem::internal("a report has no placement"))?;
    let placement = placements::aggregate::settle(tx, placement)?;
    let report =
        Locked::<PlacementReport>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    // It may have been hidden from the caller while the lock was waited for.
    find(tx.conn, scope, id)?;
    let own = served_by_me(tx.conn, scope, std::slice::from_ref(&placement.id))?;
    let eyes = Eyes::of(scope, !own.is_empty());
    Ok(Whole {
        placement,
        report,
        eyes,
    })
}

impl Whole {
    /// The caller writes this report.
    fn expect_writer(&self, scope: &Scope) -> Result<(), Problem> {
        if self.eyes.may_write(scope) {
            return Ok(());
        }
        Err(Problem::new(
            Code::Forbidden,
            "A report is written by the officer of the placement, or by those who run the program.",
        )
        .with("permission", Permission::PlacementReportsWrite.as_str()))
    }

    fn may(&self, scope: &Scope, permission: Permission) -> bool {
        if permission == Permission::PlacementReportsWrite {
            return self.eyes.may_write(scope);
        }
        scope.may(permission, &self.placement.organization_id)
    }

    /// Where the report comes by this action.
    fn after(&self, scope: &Scope, action: ReportAction) -> Result<StoredStatus, Problem> {
        LIFECYCLE.after(self.report.status, action, |permission| {
            self.may(scope, permission)
        })
    }
}

fn changed(before: &PlacementReport, after: &PlacementReport) -> Value {
    json!({"before": summary(before), "after": summary(after)})
}

/// Asks for a report beside the schedule.
///
/// # Errors
///
/// 403; 404; 409 while the placement is not agreed or when it is closed; 422 with every broken rule.
pub fn create_placement_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    input: &AskForReport,
) -> Result<PlacementReport, Problem> {
    let placement =
        placements::aggregate::acquire(tx, scope, id, Permission::PlacementReportsReview)?;
    let is_running = placement.signed_at().is_some()
        && !matches!(
            placement.status,
            PlacementStatus::Cancelled | PlacementStatus::Closed
        );
    if !is_running {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "Reports are asked for on a placement that both sides have signed and that is not closed.",
        )
        .with("state", placement.status.as_str()));
    }
    let due_at = midnight(input.due_on, placement.zone());
    let mut faults = Faults::default();
    faults.require(
        input.period_starts_on < input.period_ends_on,
        "/period_ends_on",
        "out_of_order",
        "must be after `period_starts_on`",
    );
    faults.require(
        placement.starts_on <= input.period_starts_on,
        "/period_starts_on",
        "outside_term",
        "must not be before the placement begins",
    );
    faults.require(
        input.period_ends_on <= placement.ends_on,
        "/period_ends_on",
        "outside_term",
        "must not be after the placement ends",
    );
    faults.require(
        input.period_ends_on <= input.due_on,
        "/due_on",
        "out_of_order",
        "must not be before `period_ends_on`",
    );
    faults.require(tx.now < due_at, "/due_on", "in_the_past", "must be ahead");
    faults.finish()?;
    let last: Option<i64> = placement_reports::table
        .filter(placement_reports::placement_id.eq(id))
        .filter(placement_reports::kind.eq(ReportKind::Special))
        .select(diesel::dsl::max(placement_reports::ordinal))
        .first(tx.conn)?;
    let row = PlacementReport {
        id: PlacementReportId::fresh(),
        placement_id: id.clone(),
        kind: ReportKind::Special,
        ordinal: last.unwrap_or_default() + 1,
        status: StoredStatus::Awaited,
        period_starts_on: input.period_starts_on,
        period_ends_on: input.period_ends_on,
        period_ends_at: midnight(input.period_ends_on, placement.zone()),
        due_at,
        meetings: 0,
        delegations: 0,
        agreements: 0,
        investment_leads: 0,
        public_summary: None,
        internal_part: None,
        reason: text::clean_optional(input.reason.as_deref()),
        handed_in_at: None,
        accepted_at: None,
        reminders: 0,
        overdue_noted_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(placement_reports::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(
        event("placement_report.scheduled", &placement, &row)
            .payload(json!({"report": summary(&row)})),
    )?;
    Ok(row)
}

/// Changes what a report says.
///
/// # Errors
///
/// 403; 404; 409 once it is handed in; 412.
pub fn update_placement_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementReportId,
    if_match: IfMatch,
    change: &UpdatePlacementReport,
) -> Result<PlacementReport, Problem> {
    let whole = acquire(tx, scope, id)?;
    whole.expect_writer(scope)?;
    whole.report.expect(if_match)?;
    if !rules::is_open(&whole.report) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "A report is changed before it is handed in, or when it was returned.",
        )
        .with("state", whole.report.status.as_str()));
    }
    let mut row = whole.report.clone();
    if let Some(figures) = &change.figures {
        row.meetings = figures.meetings.unwrap_or(row.meetings);
        row.delegations = figures.delegations.unwrap_or(row.delegations);
        row.agreements = figures.agreements.unwrap_or(row.agreements);
        row.investment_leads = figures.investment_leads.unwrap_or(row.investment_leads);
    }
    apply(&mut row.public_summary, &change.public_summary);
    apply(&mut row.internal_part, &change.internal_part);
    if row == *whole.report {
        return Ok(row);
    }
    let row = store(tx, row)?;
    tx.record(
        event("placement_report.updated", &whole.placement, &row)
            .payload(changed(&whole.report, &row)),
    )?;
    Ok(row)
}

fn apply(member: &mut Option<String>, change: &Patch<String>) {
    match change {
        Patch::Keep => {}
        Patch::Clear => *member = None,
        Patch::Set(value) => *member = Some(text::clean(value)),
    }
}

/// Hands a report in.
///
/// # Errors
///
/// 403; 404; 409 once it is handed in, or too long before its period ends; 412; 422 without a public
/// summary.
pub fn submit_placement_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementReportId,
    if_match: IfMatch,
) -> Result<PlacementReport, Problem> {
    let whole = acquire(tx, scope, id)?;
    whole.expect_writer(scope)?;
    whole.report.expect(if_match)?;
    let to = whole.after(scope, ReportAction::Submit)?;
    if !rules::can_be_handed_in(&whole.report, tx.now) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "A report is handed in from {} days before its period ends.",
                rules::EARLY_DAYS
            ),
        )
        .with("state", "upcoming")
        .with("opens_at", rules::opens_at(&whole.report).to_string()));
    }
    let mut faults = Faults::default();
    faults.require(
        whole.report.public_summary.is_some(),
        "/public_summary",
        "required",
        "must be written before the report is handed in",
    );
    faults.finish()?;
    let mut row = whole.report.clone();
    row.status = to;
    row.handed_in_at = Some(tx.now);
    let row = store(tx, row)?;
    tx.record(
        event("placement_report.submitted", &whole.placement, &row)
            .payload(changed(&whole.report, &row)),
    )?;
    Ok(row)
}

/// Gives a report back to be mended. The officer has some days for it.
///
/// # Errors
///
/// 403; 404; 409 unless it is handed in and not accepted; 412.
pub fn return_placement_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &PlacementReportId,
    if_match: IfMatch,
    reason: &str,
) -> Result<PlacementReport, Problem> {
    let whole = acquire(tx, scope, id)?;
    scope.expect(
        Permission::PlacementReportsReview,
        &whole.placement.organization_id,
    )?;
    whole.report.expect(if_match)?;
    let to = whole.after(scope, ReportAction::Return)?;
    let mut row = whole.report.clone();
    row.status = to;
    row.reason = Some(text::clean(reason));
    row.handed_in_at = None;
    become_due(
        &mut row,
        resubmission_due_at(tx, &whole.placement, settings),
    );
    let row = store(tx, row)?;
    tx.record(
        event("placement_report.returned", &whole.placement, &row)
            .payload(changed(&whole.report, &row)),
    )?;
    Ok(row)
}

/// By when a returned report is handed in again: the midnight at the host that ends the last of the
/// days that the officer has.
fn resubmission_due_at(
    tx: &Tx<'_>,
    placement: &Placement,
    settings: &Settings,
) -> crate::kernel::time::Timestamp {
    let zone = placement.zone();
    let today = crate::kernel::day::Day::of(tx.now, zone);
    let days = u64::try_from(settings.resubmit_days).unwrap_or_default();
    today
        .plus_days(days.saturating_add(1))
        .map_or(tx.now, |day| midnight(day, zone))
}

/// Accepts a report. The final one closes the placement.
///
/// # Errors
///
/// 403; 404; 409 unless it is handed in, or for a final report before the placement has ended; 412.
pub fn accept_placement_report(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementReportId,
    if_match: IfMatch,
) -> Result<PlacementReport, Problem> {
    let whole = acquire(tx, scope, id)?;
    scope.expect(
        Permission::PlacementReportsReview,
        &whole.placement.organization_id,
    )?;
    whole.report.expect(if_match)?;
    let to = whole.after(scope, ReportAction::Accept)?;
    if !rules::can_be_accepted(&whole.report, &whole.placement) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "A final report is accepted once the placement has ended.",
        )
        .with("state", whole.report.status.as_str())
        .with("ends_at", whole.placement.ends_at.to_string()));
    }
    let mut row = whole.report.clone();
    row.status = to;
    row.accepted_at = Some(tx.now);
    let row = store(tx, row)?;
    tx.record(
        event("placement_report.accepted", &whole.placement, &row)
            .payload(changed(&whole.report, &row)),
    )?;
    if row.kind == ReportKind::Final {
        close(tx, &whole.placement)?;
    }
    Ok(row)
}

/// Closes a placement whose final report is accepted.
fn close(tx: &mut Tx<'_>, stored: &Locked<Placement>) -> Result<(), Problem> {
    if stored.status != PlacementStatus::Completed {
        return Ok(());
    }
    tx.on_behalf_of(Actor::System, |tx| {
        let mut row = Placement::clone(stored);
        row.status = PLACEMENT_LIFECYCLE.after(row.status, PlacementAction::Close, |_| true)?;
        let row = placements::aggregate::store(tx, stored, row)?;
        tx.record(
            placements::aggregate::event("placement.closed", &row).payload(json!({
                "before": placements::aggregate::summary(stored),
                "after": placements::aggregate::summary(&row),
                "by_itself": true,
            })),
        )
    })
}
