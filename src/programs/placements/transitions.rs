//! Taking a placement through its life cycle.

use serde_json::json;

use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::PlacementId;
use crate::kernel::text;
use crate::programs::model::Program;
use crate::programs::placements::aggregate::{
    Whole, acquire_with_resources, event, settle, store, summary, write_term,
};
use crate::programs::placements::lifecycle::{LIFECYCLE, PlacementAction, PlacementStatus};
use crate::programs::placements::model::{Placement, TermChange};
use crate::programs::placements::reports::plan;
use crate::programs::placements::represent::{Side, side};
use crate::programs::placements::rules::{Days, check_length, midnight};
use crate::programs::placements::wire::NewEnd;
use crate::programs::placements::{access, holds};

/// A step, with what is said with it.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sign the agreement for the caller's side.
    Sign,
    /// Begin it.
    Activate,
    /// Let it end later.
    Extend(NewEnd),
    /// Let it end earlier.
    Curtail(NewEnd),
    /// End it now.
    Complete,
    /// Call it off before it begins, and why.
    Cancel(String),
}

impl Step {
    /// The action, as the life cycle names it.
    #[must_use]
    pub const fn action(&self) -> PlacementAction {
        match self {
            Self::Sign => PlacementAction::Sign,
            Self::Activate => PlacementAction::Activate,
            Self::Extend(_) => PlacementAction::Extend,
            Self::Curtail(_) => PlacementAction::Curtail,
            Self::Complete => PlacementAction::Complete,
            Self::Cancel(_) => PlacementAction::Cancel,
        }
    }

    const fn event(&self) -> &'static str {
        match self {
            Self::Sign => "placement.signed",
            Self::Activate => "placement.activated",
            Self::Extend(_) => "placement.extended",
            Self::Curtail(_) => "placement.curtailed",
            Self::Complete => "placement.completed",
            Self::Cancel(_) => "placement.cancelled",
        }
    }

    /// What is written down of the term; signing and beginning leave it as it is.
    const fn change(&self) -> Option<TermChange> {
        match self {
            Self::Sign | Self::Activate => None,
            Self::Extend(_) => Some(TermChange::Extended),
            Self::Curtail(_) => Some(TermChange::Curtailed),
            Self::Complete => Some(TermChange::Completed),
            Self::Cancel(_) => Some(TermChange::Cancelled),
        }
    }
}

/// Takes a placement one step through its life cycle.
///
/// # Errors
///
/// 404; 409 when the step is not possible from here or at this time, or the officer or the slot is
/// held by another; 412; 422 with every broken rule.
pub fn advance_placement(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    if_match: IfMatch,
    step: &Step,
) -> Result<Placement, Problem> {
    let permission = LIFECYCLE
        .permission_for(step.action())
        .ok_or_else(|| Problem::internal("an action is not in the life cycle"))?;
    let whole = acquire_with_resources(tx, scope, id, permission, None)?;
    let stored = &whole.placement;
    stored.expect(if_match)?;
    let to = LIFECYCLE.after(stored.status, step.action(), |permission| {
        scope.may(permission, &stored.organization_id)
    })?;
    let mut row = Placement::clone(stored);
    row.status = to;
    match step {
        Step::Sign => sign(tx, scope, &mut row)?,
        Step::Activate => expect_begun(tx, &row)?,
        Step::Extend(end) => extend(tx, &mut row, end)?,
        Step::Curtail(end) => curtail(tx, &mut row, end)?,
        Step::Complete => complete(tx, &mut row)?,
        Step::Cancel(reason) => row.reason = Some(text::clean(reason)),
    }
    finish(tx, &whole, row, step.event(), step.change())
}

/// Stores a placement whose term or state has changed, with everything that follows from it: what
/// it holds, its officer's place at the host, its reports, its history; and lets happen what is due
/// by itself now.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    whole: &Whole,
    row: Placement,
    kind: &'static str,
    change: Option<TermChange>,
) -> Result<Placement, Problem> {
    let stored = &whole.placement;
    let row = store(tx, stored, row)?;
    if !row.status.holds() {
        holds::release(tx, &row.id)?;
    } else if (row.starts_on, row.ends_on) != (stored.starts_on, stored.ends_on) {
        holds::hold(tx, &row)?;
    }
    if let Some(change) = change {
        write_term(tx, &row, change, row.reason.as_deref(), tx.now)?;
    }
    tx.record(event(kind, &row).payload(json!({
        "before": summary(stored), "after": summary(&row), "reason": row.reason,
    })))?;
    access::sync(tx, &row, whole.officer.user_id.as_ref())?;
    let has_term = !matches!(
        row.status,
        PlacementStatus::Proposed | PlacementStatus::AgreementPending
    );
    if has_term {
        plan::sync(tx, &row)?;
    }
    let locked = Locked::acquire(tx, row.id.as_str())?.ok_or_else(Problem::not_found)?;
    Ok(settle(tx, locked)?.into_inner())
}

fn sign(tx: &Tx<'_>, scope: &Scope, row: &mut Placement) -> Result<(), Problem> {
    let (me, _) = scope.person()?;
    let (by, at) = match side(row, scope) {
        Some(Side::Office) => (&mut row.office_signed_by, &mut row.office_signed_at),
        Some(Side::Host) => (&mut row.host_signed_by, &mut row.host_signed_at),
        None => return Err(Problem::internal("a signer has no side")),
    };
    if let Some(at) = at {
        return Err(Problem::new(
            Code::Conflict,
            "Your side has signed; the other side has yet to sign.",
        )
        .with("signed_at", at.to_string()));
    }
    *by = Some(me.clone());
    *at = Some(tx.now);
    Ok(())
}

/// Nobody begins a placement before its first day.
fn expect_begun(tx: &Tx<'_>, row: &Placement) -> Result<(), Problem> {
    if row.starts_at <= tx.now {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        "A placement does not begin before its first day.",
    )
    .with("state", PlacementStatus::Signed.as_str())
    .with("starts_at", row.starts_at.to_string()))
}

fn extend(tx: &mut Tx<'_>, row: &mut Placement, end: &NewEnd) -> Result<(), Problem> {
    let program = Program::load(tx.conn, row.program_id.as_str())?
        .ok_or_else(|| Problem::internal("a placement has no program"))?;
    let mut faults = Faults::default();
    faults.require(
        end.ends_on > row.ends_on,
        "/ends_on",
        "not_later",
        "must come after the end as it is",
    );
    let days = Days {
        starts_on: row.starts_on,
        ends_on: end.ends_on,
    };
    check_length(days, program.max_term_months, &mut faults);
    set_end(row, end.ends_on, "/ends_on", faults)?;
    row.reason = Some(text::clean(&end.reason));
    Ok(())
}

fn curtail(tx: &Tx<'_>, row: &mut Placement, end: &NewEnd) -> Result<(), Problem> {
    let mut faults = Faults::default();
    check_earlier_end(tx, row, end.ends_on, "/ends_on", &mut faults);
    set_end(row, end.ends_on, "/ends_on", faults)?;
    row.reason = Some(text::clean(&end.reason));
    Ok(())
}

/// Notes why a placement does not end on this day already.
pub(super) fn check_earlier_end(
    tx: &Tx<'_>,
    row: &Placement,
    day: Day,
    pointer: &str,
    faults: &mut Faults,
) {
    faults.require(
        day < row.ends_on,
        pointer,
        "not_earlier",
        "must come before the end as it is",
    );
    faults.require(
        day > row.starts_on,
        pointer,
        "ends_before_start",
        "must come after the first day",
    );
    faults.require(
        day >= Day::of(tx.now, row.zone()),
        pointer,
        "in_the_past",
        "must not be past at the host",
    );
}

/// Lets a placement end on this day, unless something is wrong.
pub(super) fn set_end(
    row: &mut Placement,
    day: Day,
    pointer: &str,
    mut faults: Faults,
) -> Result<(), Problem> {
    let ends_at = midnight(day, row.zone(), pointer, &mut faults);
    faults.finish()?;
    row.ends_on = day;
    row.ends_at = ends_at.ok_or_else(|| Problem::internal("a day without a beginning passed"))?;
    Ok(())
}

/// Ends a placement now. Today is the last day that it counts, and what it holds is free at once.
fn complete(tx: &Tx<'_>, row: &mut Placement) -> Result<(), Problem> {
    let tomorrow = Day::of(tx.now, row.zone())
        .plus_days(1)
        .ok_or_else(|| Problem::internal("today is the calendar's last day"))?;
    row.ends_on = row.ends_on.min(tomorrow);
    row.ends_at = row.ends_at.min(tx.now);
    row.reason = None;
    Ok(())
}
