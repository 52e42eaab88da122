//! Setting up assemblies: their cohort and their rules.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::aggregate::{acquire, event, store};
use crate::assemblies::composition::{CompositionCount, exceeded};
use crate::assemblies::lifecycle::{AssemblyAction, AssemblyStatus, LIFECYCLE};
use crate::assemblies::model::Assembly;
use crate::assemblies::motions::workflow::{MotionStatus, Workflow, WorkflowStep};
use crate::assemblies::queries::{allowed_actions, counted, has_session_in, seats_of};
use crate::assemblies::regions::{AssemblyRegion, region_of};
use crate::assemblies::rules;
use crate::assemblies::seats::lifecycle::SeatStatus;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::visible::{expect_office, find};
use crate::assemblies::wire::{CreateAssembly, UpdateAssembly};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblyId, SeatId};
use crate::kernel::text;
use crate::kernel::time::parse_zone;
use crate::schema::{assemblies, motions, organizations, seats};

fn summary(row: &Assembly) -> Value {
    json!({
        "name": row.name,
        "status": row.status,
        "time_zone": row.time_zone,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "composition": row.composition(),
        "regions": row.regions(),
        "quorum": row.quorum_rule(),
        "workflow": row.workflow().0,
        "notice_days": row.notice_days,
        "max_proxies": row.max_proxies,
        "seconds_needed": row.seconds_needed,
        "is_ballot_replaceable": row.is_ballot_replaceable,
    })
}

/// Drafts an assembly.
///
/// # Errors
///
/// 403 to anyone but the office; 422 with every broken rule.
pub fn create_assembly(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreateAssembly,
) -> Result<Assembly, Problem> {
    expect_office(scope, Permission::AssembliesWrite)?;
    let mut faults = Faults::default();
    let zone = parse_zone(&input.time_zone, "/time_zone", &mut faults);
    let instants = zone.and_then(|zone| {
        rules::check_days(input.starts_on, input.ends_on, zone, &mut faults)
            .map(|instants| (zone, instants))
    });
    let workflow = input
        .workflow
        .clone()
        .map_or_else(Workflow::default, Workflow);
    rules::check_regions(&input.regions, &mut faults);
    rules::check_composition(&input.composition, &input.regions, &mut faults);
    rules::check_quorum(input.quorum, &input.regions, &mut faults);
    rules::check_workflow(&workflow.0, &mut faults);
    faults.finish()?;
    let Some((zone, (starts_at, ends_at))) = instants else {
        return Err(Problem::internal(
            "an assembly without days passed the checks",
        ));
    };
    let name = text::clean(&input.name);
    let row = Assembly {
        id: AssemblyId::fresh(),
        name_folded: text::fold(&name),
        name,
        purpose: text::clean_optional(input.purpose.as_deref()),
        status: AssemblyStatus::Draft,
        time_zone: zone.name().to_owned(),
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        starts_at,
        ends_at,
        composition: stored(&input.composition)?,
        regions: stored(&input.regions)?,
        quorum: stored(&input.quorum)?,
        workflow: stored(&workflow)?,
        notice_days: input.notice_days,
        max_proxies: input.max_proxies,
        seconds_needed: input.seconds_needed,
        is_ballot_replaceable: input.is_ballot_replaceable,
        last_session_number: 0,
        last_motion_number: 0,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(assemblies::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("assembly.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

fn stored(rule: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(rule).map_err(Problem::internal)
}

/// Changes an assembly.
///
/// # Errors
///
/// 404; 409 once it is concluded, for the rules that decide votes while a session is in progress,
/// and for a composition that has no room for the seats there are; 412; 422 with every broken rule.
pub fn update_assembly(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblyId,
    if_match: IfMatch,
    change: &UpdateAssembly,
) -> Result<Assembly, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, Permission::AssembliesWrite)?;
    let before = acquire(tx, id)?;
    before.expect(if_match)?;
    expect_changeable(tx, scope, &before, change)?;
    let mut row = Assembly::clone(&before);
    let mut faults = Faults::default();
    rules::check_changeable(change, before.status, &mut faults);
    if let Some(name) = &change.name {
        row.name = text::clean(name);
        row.name_folded = text::fold(&row.name);
    }
    change.purpose.clone().apply(&mut row.purpose);
    row.purpose = text::clean_optional(row.purpose.as_deref());
    set_days(tx, &mut row, change, &mut faults)?;
    let regions = change.regions.clone().unwrap_or_else(|| before.regions());
    let composition = change
        .composition
        .clone()
        .unwrap_or_else(|| before.composition());
    let quorum = change.quorum.unwrap_or_else(|| before.quorum_rule());
    rules::check_regions(&regions, &mut faults);
    rules::check_composition(&composition, &regions, &mut faults);
    rules::check_quorum(quorum, &regions, &mut faults);
    if let Some(steps) = &change.workflow {
        rules::check_workflow(steps, &mut faults);
        check_motions_lead_on(tx, id, steps, &mut faults)?;
        row.workflow = stored(steps)?;
    }
    faults.finish()?;
    row.regions = stored(&regions)?;
    row.composition = stored(&composition)?;
    row.quorum = stored(&quorum)?;
    row.notice_days = change.notice_days.unwrap_or(row.notice_days);
    row.max_proxies = change.max_proxies.unwrap_or(row.max_proxies);
    row.seconds_needed = change.seconds_needed.unwrap_or(row.seconds_needed);
    row.is_ballot_replaceable = change
        .is_ballot_replaceable
        .unwrap_or(row.is_ballot_replaceable);
    if change.regions.is_some() {
        place_again(tx, id, &regions)?;
    }
    if change.composition.is_some() || change.regions.is_some() {
        expect_room(tx, &row)?;
    }
    let row = store(tx, &before, row)?;
    tx.record(event("assembly.updated", &row).payload(json!({
        "before": summary(&before), "after": summary(&row),
    })))?;
    Ok(row)
}

fn expect_changeable(
    tx: &mut Tx<'_>,
    scope: &Scope,
    row: &Assembly,
    change: &UpdateAssembly,
) -> Result<(), Problem> {
    if row.status == AssemblyStatus::Concluded {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The assembly is concluded: its records stay as they are.",
        )
        .with("state", row.status.as_str())
        .with("allowed_actions", allowed_actions(row, scope)));
    }
    let decides_votes = change.quorum.is_some()
        || change.workflow.is_some()
        || change.composition.is_some()
        || change.seconds_needed.is_some()
        || change.is_ballot_replaceable.is_some();
    if decides_votes && has_session_in(tx.conn, &row.id, &SessionStatus::CONVENED)? {
        return Err(Problem::new(
            Code::Conflict,
            "A session is in progress: the rules that decide its votes stand until it is adjourned.",
        ));
    }
    Ok(())
}

fn set_days(
    tx: &mut Tx<'_>,
    row: &mut Assembly,
    change: &UpdateAssembly,
    faults: &mut Faults,
) -> Result<(), Problem> {
    if change.time_zone.is_none() && change.starts_on.is_none() && change.ends_on.is_none() {
        return Ok(());
    }
    let named = change.time_zone.as_ref().unwrap_or(&row.time_zone);
    let Some(zone) = parse_zone(named, "/time_zone", faults) else {
        return Ok(());
    };
    row.time_zone = zone.name().to_owned();
    row.starts_on = change.starts_on.unwrap_or(row.starts_on);
    row.ends_on = change.ends_on.unwrap_or(row.ends_on);
    if let Some(instants) = rules::check_days(row.starts_on, row.ends_on, zone, faults) {
        (row.starts_at, row.ends_at) = instants;
    }
    let live = || {
        seats::table
            .filter(seats::assembly_id.eq(row.id.clone()))
            .filter(seats::status.ne_all([SeatStatus::Declined, SeatStatus::Retired]))
    };
    let early: i64 = live()
        .filter(seats::starts_on.lt(row.starts_on))
        .count()
        .get_result(tx.conn)?;
    let late: i64 = live()
        .filter(seats::ends_on.gt(row.ends_on))
        .count()
        .get_result(tx.conn)?;
    for (number, pointer) in [(early, "/starts_on"), (late, "/ends_on")] {
        faults.require(
            number == 0,
            pointer,
            "out_of_range",
            "leaves the terms of seats outside",
        );
    }
    // The instants of the terms are in the zone that they were made in.
    let seated: i64 = live().count().get_result(tx.conn)?;
    faults.require(
        change.time_zone.is_none() || seated == 0,
        "/time_zone",
        "not_applicable",
        "is changed before there are seats only",
    );
    Ok(())
}

/// Notes motions that a new table would leave where nothing leads on.
fn check_motions_lead_on(
    tx: &mut Tx<'_>,
    assembly: &AssemblyId,
    steps: &[WorkflowStep],
    faults: &mut Faults,
) -> Result<(), Problem> {
    let standing: Vec<MotionStatus> = motions::table
        .filter(motions::assembly_id.eq(assembly))
        .select(motions::status)
        .distinct()
        .load(tx.conn)?;
    for state in standing.into_iter().filter(|state| !state.is_final()) {
        faults.require(
            steps.iter().any(|step| step.from == state),
            "/workflow",
            "required",
            &format!("needs a step from `{state}`: motions stand there"),
        );
    }
    Ok(())
}

/// Gives the seats that there are the regions that they are in now.
fn place_again(
    tx: &mut Tx<'_>,
    assembly: &AssemblyId,
    regions: &[AssemblyRegion],
) -> Result<(), Problem> {
    let rows: Vec<(SeatId, Option<String>)> = seats::table
        .inner_join(organizations::table)
        .filter(seats::assembly_id.eq(assembly))
        .filter(seats::status.ne_all([SeatStatus::Declined, SeatStatus::Retired]))
        .select((seats::id, organizations::subdivision))
        .load(tx.conn)?;
    for (id, subdivision) in rows {
        diesel::update(seats::table.filter(seats::id.eq(id)))
            .set(seats::region.eq(region_of(regions, subdivision.as_deref())))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Refuses rules that have no room for the seats there are.
fn expect_room(tx: &mut Tx<'_>, row: &Assembly) -> Result<(), Problem> {
    let seats: Vec<_> = seats_of(tx.conn, &row.id, tx.now)?
        .iter()
        .map(counted)
        .collect();
    refuse_exceeded(exceeded(&[], row.composition().count(&seats)))
}

/// Refuses what the rules of composition have no room for.
///
/// # Errors
///
/// 409 `composition_exceeded`, naming every rule.
pub fn refuse_exceeded(exceeded: Vec<CompositionCount>) -> Result<(), Problem> {
    if exceeded.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::CompositionExceeded,
        "The composition of the assembly has no room for this; `exceeded` names each rule.",
    )
    .with(
        "exceeded",
        serde_json::to_value(exceeded).map_err(Problem::internal)?,
    ))
}

/// Opens an assembly to nominations, seats its cohort, or ends it.
///
/// # Errors
///
/// 404; 409 when it is not possible from here, when the cohort is too small for the rules, or while
/// sessions are ahead or in progress; 412.
pub fn advance_assembly(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblyId,
    if_match: IfMatch,
    action: AssemblyAction,
) -> Result<Assembly, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, Permission::AssembliesWrite)?;
    let before = acquire(tx, id)?;
    before.expect(if_match)?;
    let mut row = Assembly::clone(&before);
    row.status = LIFECYCLE.after(before.status, action, |permission| {
        scope.oversees(permission)
    })?;
    let kind = match action {
        AssemblyAction::OpenNominations => "assembly.nominations_opened",
        AssemblyAction::Seat => {
            expect_complete(tx, &before)?;
            "assembly.seated"
        }
        AssemblyAction::Conclude => {
            expect_no_sessions(tx, &before)?;
            "assembly.concluded"
        }
    };
    let row = store(tx, &before, row)?;
    tx.record(event(kind, &row).payload(json!({
        "before": {"status": before.status}, "after": {"status": row.status},
    })))?;
    Ok(row)
}

/// Refuses to seat a cohort in which somebody is missing.
fn expect_complete(tx: &mut Tx<'_>, assembly: &Locked<Assembly>) -> Result<(), Problem> {
    let seats: Vec<_> = seats_of(tx.conn, &assembly.id, tx.now)?
        .iter()
        .map(counted)
        .collect();
    let short: Vec<CompositionCount> = assembly
        .composition()
        .count(&seats)
        .into_iter()
        .filter(CompositionCount::is_short)
        .collect();
    if short.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::CompositionNotMet,
        "The composition of the assembly asks for more seats that somebody holds; `short` names each rule.",
    )
    .with("short", serde_json::to_value(short).map_err(Problem::internal)?))
}

fn expect_no_sessions(tx: &mut Tx<'_>, assembly: &Locked<Assembly>) -> Result<(), Problem> {
    let pending = [
        SessionStatus::Called,
        SessionStatus::AgendaPublished,
        SessionStatus::Open,
        SessionStatus::InRecess,
    ];
    if has_session_in(tx.conn, &assembly.id, &pending)? {
        return Err(Problem::new(
            Code::Conflict,
            "A session is ahead or in progress: adjourn or cancel it first.",
        ));
    }
    Ok(())
}
