//! The steps that people take with a motion. Where each leads is in the assembly's table.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::model::Assembly;
use crate::assemblies::motions::acting::{expect_author, is_clerk, seat_for};
use crate::assemblies::motions::aggregate::{Taken, acquire, add_step, event, keep_text, store};
use crate::assemblies::motions::amendments::{expect_none_in_vote, expect_open, parent_of};
use crate::assemblies::motions::drafting::{check_item, refused};
use crate::assemblies::motions::model::{Motion, Second};
use crate::assemblies::motions::rules::{after, is_possible_in};
use crate::assemblies::motions::step_wire::{
    ActForSeat, LayAside, ReferMotion, ReportBack, TakeUpMotion,
};
use crate::assemblies::motions::visible::find;
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus, Workflow};
use crate::assemblies::sessions;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AgendaItemId, AssemblySessionId, MotionId, SeatId};
use crate::kernel::text;
use crate::schema::{assemblies, assembly_sessions, motion_seconds, motions};

/// The assembly's table.
///
/// # Errors
///
/// When the database fails.
pub fn rules_of(tx: &mut Tx<'_>, motion: &Motion) -> Result<(Workflow, i64), Problem> {
    let assembly =
        Assembly::load(tx.conn, motion.assembly_id.as_str())?.ok_or_else(Problem::not_found)?;
    Ok((assembly.workflow(), assembly.seconds_needed))
}

/// Where the action leads.
///
/// # Errors
///
/// 409 `not_allowed_in_state` with what is allowed instead, where the assembly's table has no such
/// step.
pub fn lead(
    tx: &mut Tx<'_>,
    scope: &Scope,
    workflow: &Workflow,
    motion: &Motion,
    action: MotionAction,
) -> Result<MotionStatus, Problem> {
    match after(workflow, motion, action) {
        Some(status) => Ok(status),
        None => Err(refused(
            tx,
            scope,
            motion,
            format!(
                "`{action}` is not possible while the state is `{}`.",
                motion.status
            ),
        )?),
    }
}

/// Locks the session in which a step is taken: the one that is named, or the motion's.
fn lock_session(
    tx: &mut Tx<'_>,
    scope: &Scope,
    motion: &Motion,
    named: Option<&AssemblySessionId>,
    action: MotionAction,
) -> Result<Locked<Session>, Problem> {
    let id = named.unwrap_or(&motion.session_id);
    let found: i64 = sessions::visible::visible(scope)
        .filter(assembly_sessions::id.eq(id.clone()))
        .filter(assembly_sessions::assembly_id.eq(motion.assembly_id.clone()))
        .count()
        .get_result(tx.conn)?;
    let mut faults = Faults::default();
    faults.require(
        found == 1,
        "/session_id",
        "not_found",
        "is no session of the assembly",
    );
    faults.finish()?;
    let session = sessions::aggregate::acquire(tx, id)?;
    if is_possible_in(session.status, action, is_clerk(scope)) {
        return Ok(session);
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "`{action}` is not possible while the session is `{}`.",
            session.status
        ),
    )
    .with("state", session.status.as_str())
    .with("session_id", session.id.as_str()))
}

/// Locks the motion behind its session. Somebody may have taken it to another session in between.
fn lock_motion(
    tx: &mut Tx<'_>,
    seen: &Motion,
    if_match: IfMatch,
) -> Result<Locked<Motion>, Problem> {
    let stored = acquire(tx, &seen.id)?;
    stored.expect(if_match)?;
    if stored.session_id == seen.session_id {
        return Ok(stored);
    }
    Err(Problem::unavailable("The motion has just moved to another session.", 1).may_try_again())
}

/// Brings a motion: it gets the next number of its assembly.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 when it is not possible from here; 412.
pub fn move_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
    input: &ActForSeat,
) -> Result<Motion, Problem> {
    let seen = find(tx.conn, scope, id)?;
    // The counter stands in the assembly: whoever holds its lock has the next number, and gives it
    // back by rolling back.
    let assembly = Locked::<Assembly>::acquire(tx, seen.assembly_id.as_str())?
        .ok_or_else(Problem::not_found)?;
    let session = lock_session(tx, scope, &seen, None, MotionAction::Move)?;
    let stored = lock_motion(tx, &seen, if_match)?;
    expect_author(tx.conn, scope, &stored, tx.now)?;
    let workflow = assembly.workflow();
    let mut row = Motion::clone(&stored);
    row.status = lead(tx, scope, &workflow, &stored, MotionAction::Move)?;
    if let Some(parent) = parent_of(tx.conn, &stored)? {
        expect_open(&parent)?;
    }
    row.mover_seat_id = mover(tx, scope, &stored, input)?;
    row.number = Some(assembly.last_motion_number + 1);
    row.moved_by = scope.user().cloned();
    row.moved_at = Some(tx.now);
    diesel::update(assemblies::table.filter(assemblies::id.eq(&assembly.id)))
        .set(assemblies::last_motion_number.eq(assembly.last_motion_number + 1))
        .execute(tx.conn)?;
    let moved = row.clone();
    // Where no seconds are needed, it is before the assembly at once.
    let needs_none = assembly.seconds_needed == 0;
    let onward = after(&workflow, &row, MotionAction::Second).filter(|_| needs_none);
    row.status = onward.unwrap_or(row.status);
    let row = store(tx, &stored, row)?;
    keep_text(tx, &row, None)?;
    let step = |action, from| Taken {
        action,
        from,
        session: Some(&session.id),
        poll: None,
        note: None,
    };
    add_step(tx, &moved, step(MotionAction::Move, stored.status))?;
    if onward.is_some() {
        let mut step = step(MotionAction::Second, moved.status);
        step.note = Some("No seconds are needed.".to_owned());
        add_step(tx, &row, step)?;
    }
    tx.record(event("motion.moved", &row).payload(json!({
        "number": row.number, "status": row.status, "mover_seat_id": row.mover_seat_id,
    })))?;
    Ok(row)
}

/// The seat that moves it: the one that it was drafted for. What came from another assembly has
/// none; the clerk may name one.
fn mover(
    tx: &mut Tx<'_>,
    scope: &Scope,
    motion: &Motion,
    input: &ActForSeat,
) -> Result<Option<SeatId>, Problem> {
    let Some(named) = &input.seat_id else {
        return Ok(motion.mover_seat_id.clone());
    };
    let mut faults = Faults::default();
    faults.require(
        motion
            .mover_seat_id
            .as_ref()
            .is_none_or(|seat| seat == named),
        "/seat_id",
        "not_applicable",
        "is another seat than the one that it was drafted for",
    );
    faults.finish()?;
    let (assembly, session) = (&motion.assembly_id, &motion.session_id);
    seat_for(tx.conn, scope, assembly, session, Some(named), tx.now).map(Some)
}

/// Seconds a motion for another jurisdiction than the mover's. To second it again changes nothing.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 when it is not possible from here; 412; 422 for the mover's own seat.
pub fn second_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
    input: &ActForSeat,
) -> Result<Motion, Problem> {
    let seen = find(tx.conn, scope, id)?;
    let session = lock_session(tx, scope, &seen, None, MotionAction::Second)?;
    let stored = lock_motion(tx, &seen, if_match)?;
    let named = input.seat_id.as_ref();
    let seat = seat_for(
        tx.conn,
        scope,
        &stored.assembly_id,
        &session.id,
        named,
        tx.now,
    )?;
    let seconds: Vec<Second> = motion_seconds::table
        .filter(motion_seconds::motion_id.eq(id))
        .select(Second::as_select())
        .load(tx.conn)?;
    if seconds.iter().any(|second| second.seat_id == seat) {
        return Ok(stored.into_inner());
    }
    let (workflow, needed) = rules_of(tx, &stored)?;
    let onward = lead(tx, scope, &workflow, &stored, MotionAction::Second)?;
    let mut faults = Faults::default();
    faults.require(
        stored.mover_seat_id.as_ref() != Some(&seat),
        "/seat_id",
        "not_permitted",
        "is the mover's: another jurisdiction seconds",
    );
    faults.finish()?;
    let me = scope.person()?.0.clone();
    diesel::insert_into(motion_seconds::table)
        .values(Second {
            motion_id: stored.id.clone(),
            seat_id: seat.clone(),
            user_id: me,
            session_id: session.id.clone(),
            created_at: tx.now,
        })
        .execute(tx.conn)?;
    let given = i64::try_from(seconds.len())
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    let mut row = Motion::clone(&stored);
    if given >= needed {
        row.status = onward;
    }
    let row = store(tx, &stored, row)?;
    let taken = Taken {
        action: MotionAction::Second,
        from: stored.status,
        session: Some(&session.id),
        poll: None,
        note: None,
    };
    add_step(tx, &row, taken)?;
    tx.record(event("motion.seconded", &row).payload(json!({
        "seat_id": seat, "seconds": given, "status": row.status,
    })))?;
    Ok(row)
}

/// What the clerk, or the mover, does with a motion that was brought.
#[derive(Debug)]
pub enum Step {
    /// No longer bring it.
    Withdraw(LayAside),
    /// Put it aside.
    Table(LayAside),
    /// Take it up again.
    TakeUp(TakeUpMotion),
    /// Give it to a committee, or another body.
    Refer(ReferMotion),
    /// Take it back from there.
    ReportBack(ReportBack),
}

impl Step {
    const fn action(&self) -> MotionAction {
        match self {
            Self::Withdraw(_) => MotionAction::Withdraw,
            Self::Table(_) => MotionAction::Table,
            Self::TakeUp(_) => MotionAction::TakeUp,
            Self::Refer(_) => MotionAction::Refer,
            Self::ReportBack(_) => MotionAction::ReportBack,
        }
    }

    const fn event(&self) -> &'static str {
        match self {
            Self::Withdraw(_) => "motion.withdrawn",
            Self::Table(_) => "motion.tabled",
            Self::TakeUp(_) => "motion.taken_up",
            Self::Refer(_) => "motion.referred",
            Self::ReportBack(_) => "motion.reported_back",
        }
    }

    const fn session(&self) -> Option<&AssemblySessionId> {
        match self {
            Self::Withdraw(input) | Self::Table(input) => input.session_id.as_ref(),
            Self::TakeUp(input) => input.session_id.as_ref(),
            Self::Refer(input) => input.session_id.as_ref(),
            Self::ReportBack(input) => input.session_id.as_ref(),
        }
    }

    const fn item(&self) -> Option<&AgendaItemId> {
        match self {
            Self::TakeUp(input) => input.agenda_item_id.as_ref(),
            Self::ReportBack(input) => input.agenda_item_id.as_ref(),
            Self::Withdraw(_) | Self::Table(_) | Self::Refer(_) => None,
        }
    }

    fn note(&self) -> Option<String> {
        match self {
            Self::Withdraw(input) | Self::Table(input) => {
                text::clean_optional(input.note.as_deref())
            }
            Self::TakeUp(input) => text::clean_optional(input.note.as_deref()),
            Self::Refer(input) => Some(format!(
                "{}: {}",
                text::clean(&input.to),
                text::clean(&input.reason)
            )),
            Self::ReportBack(input) => Some(text::clean(&input.note)),
        }
    }
}

/// Takes a step with a motion. In another session than before, the amendments of it that are before
/// the assembly go with it.
///
/// # Errors
///
/// 403; 404; 409 when it is not possible from here, or while an amendment is in the vote; 412; 422.
pub fn advance_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
    step: &Step,
) -> Result<Motion, Problem> {
    let seen = find(tx.conn, scope, id)?;
    let action = step.action();
    if action == MotionAction::Withdraw {
        expect_author(tx.conn, scope, &seen, tx.now)?;
    } else {
        expect_office(scope, Permission::SessionsClerk)?;
    }
    let session = lock_session(tx, scope, &seen, step.session(), action)?;
    let stored = lock_motion(tx, &seen, if_match)?;
    let (workflow, _) = rules_of(tx, &stored)?;
    let mut row = Motion::clone(&stored);
    row.status = lead(tx, scope, &workflow, &stored, action)?;
    expect_none_in_vote(tx.conn, &stored.id, None)?;
    let mut faults = Faults::default();
    check_item(tx, &session.id, step.item(), &mut faults)?;
    faults.finish()?;
    if session.id != stored.session_id {
        row.session_id = session.id.clone();
        row.agenda_item_id = None;
        take_amendments_along(tx, &stored, &session)?;
    }
    row.agenda_item_id = step.item().cloned().or(row.agenda_item_id);
    row.referred_to = match step {
        Step::Refer(input) => Some(text::clean(&input.to)),
        Step::Withdraw(_) | Step::Table(_) | Step::TakeUp(_) | Step::ReportBack(_) => None,
    };
    let row = store(tx, &stored, row)?;
    let taken = Taken {
        action,
        from: stored.status,
        session: Some(&session.id),
        poll: None,
        note: step.note(),
    };
    add_step(tx, &row, taken)?;
    tx.record(event(step.event(), &row).payload(json!({
        "before": stored.status, "after": row.status,
        "session_id": session.id, "note": step.note(),
    })))?;
    Ok(row)
}

fn take_amendments_along(
    tx: &mut Tx<'_>,
    motion: &Motion,
    session: &Session,
) -> Result<(), Problem> {
    diesel::update(
        motions::table
            .filter(motions::amends_id.eq(&motion.id))
            .filter(motions::status.eq_any([MotionStatus::Moved, MotionStatus::Seconded])),
    )
    .set((
        motions::session_id.eq(&session.id),
        motions::agenda_item_id.eq(None::<AgendaItemId>),
        motions::version.eq(motions::version + 1),
        motions::updated_at.eq(tx.now),
    ))
    .execute(tx.conn)?;
    Ok(())
}
