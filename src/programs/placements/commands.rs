//! Proposing placements and changing what they say: load locked, decide, store, record.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations::model::Organization;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::PlacementId;
use crate::kernel::text;
use crate::kernel::time::parse_zone;
use crate::programs::applications::model::Application;
use crate::programs::model::Program;
use crate::programs::officers::model::Officer;
use crate::programs::placements::aggregate::{
    acquire_with_resources, event, store, summary, write_term,
};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::{Placement, TermChange};
use crate::programs::placements::represent::{allowed_actions, is_open_to_changes};
use crate::programs::placements::rules::{Days, instants};
use crate::programs::placements::wire::{CreatePlacement, UpdatePlacement};
use crate::programs::placements::{checks, holds};
use crate::schema::placements;

/// Refuses whoever does not place officers for the whole office.
fn expect_office(scope: &Scope) -> Result<(), Problem> {
    if scope.oversees(Permission::PlacementsWrite) {
        return Ok(());
    }
    let permission = Permission::PlacementsWrite;
    Err(Problem::new(
        Code::Forbidden,
        format!("This needs the permission `{permission}` at the office."),
    )
    .with("permission", permission.as_str()))
}

/// Proposes a placement to a host.
///
/// # Errors
///
/// 409 naming every placement that holds the officer or the slot at that time; 422 with every
/// broken rule.
pub fn create_placement(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreatePlacement,
) -> Result<Placement, Problem> {
    expect_office(scope)?;
    let mut faults = Faults::default();
    if let Some(id) = &input.application_id {
        Locked::<Application>::acquire(tx, id.as_str())?;
    }
    let officer = Locked::<Officer>::acquire(tx, input.officer_id.as_str())?;
    let host = Locked::<Organization>::acquire(tx, input.organization_id.as_str())?;
    let program = Program::load(tx.conn, input.program_id.as_str())?;
    match &program {
        None => faults.add("/program_id", "unknown_reference", "does not exist"),
        Some(program) => faults.require(
            program.is_active,
            "/program_id",
            "inactive",
            "takes no more placements",
        ),
    }
    checks::host(host.as_deref(), &mut faults);
    match &host {
        Some(host) => checks::officer(tx, officer.as_deref(), host, &mut faults)?,
        None if officer.is_none() => {
            faults.add("/officer_id", "unknown_reference", "does not exist");
        }
        None => {}
    }
    if let Some(id) = &input.application_id {
        checks::application(
            tx,
            scope,
            id,
            program.as_ref(),
            &input.organization_id,
            &mut faults,
        )?;
    }
    let zone = input
        .time_zone
        .clone()
        .or_else(|| host.as_ref()?.time_zone.clone());
    let zone = match zone {
        Some(name) => parse_zone(&name, "/time_zone", &mut faults),
        None => {
            faults.require(
                host.is_none(),
                "/time_zone",
                "required",
                "is required: the directory has no time zone of this host",
            );
            None
        }
    };
    let known = host.as_ref().and_then(|host| host.time_zone.as_deref());
    if let (Some(known), Some(zone)) = (known, zone) {
        faults.require(
            zone.name() == known,
            "/time_zone",
            "contradiction",
            &format!("is not the host's, which the directory says is {known}"),
        );
    }
    let mut term = None;
    if let (Some(program), Some(zone)) = (&program, zone) {
        let by_default = u32::try_from(program.default_term_months)
            .ok()
            .and_then(|months| input.starts_on.plus_months(months));
        match input.ends_on.or(by_default) {
            Some(ends_on) => {
                let days = Days {
                    starts_on: input.starts_on,
                    ends_on,
                };
                term = instants(days, zone, program.max_term_months, &mut faults)
                    .map(|instants| (zone, days, instants));
            }
            None => faults.add("/starts_on", "out_of_range", "is beyond the calendar"),
        }
    }
    faults.finish()?;
    let Some((zone, days, (starts_at, ends_at))) = term else {
        return Err(Problem::internal(
            "a placement without a term passed the checks",
        ));
    };
    let row = Placement {
        id: PlacementId::fresh(),
        program_id: input.program_id.clone(),
        application_id: input.application_id.clone(),
        officer_id: input.officer_id.clone(),
        organization_id: input.organization_id.clone(),
        slot: input.slot,
        status: PlacementStatus::Proposed,
        time_zone: zone.name().to_owned(),
        starts_on: days.starts_on,
        ends_on: days.ends_on,
        starts_at,
        ends_at,
        replaces_id: None,
        supervisor: text::clean_optional(input.supervisor.as_deref()),
        workplan: text::clean_optional(input.workplan.as_deref()),
        internal_notes: text::clean_optional(input.internal_notes.as_deref()),
        office_signed_by: None,
        office_signed_at: None,
        host_signed_by: None,
        host_signed_at: None,
        reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    propose(tx, &row, None)?;
    Ok(row)
}

/// Stores a new placement with what it holds.
pub(super) fn propose(
    tx: &mut Tx<'_>,
    row: &Placement,
    reason: Option<&str>,
) -> Result<(), Problem> {
    diesel::insert_into(placements::table)
        .values(row.clone())
        .execute(tx.conn)?;
    holds::hold(tx, row)?;
    write_term(tx, row, TermChange::Proposed, reason, tx.now)?;
    tx.record(event("placement.proposed", row).payload(json!({"after": summary(row)})))
}

/// Changes what a placement says, and its term while it is proposed.
///
/// # Errors
///
/// 404; 409 when it is too late, or the officer or the slot is held at that time; 412; 422 with
/// every broken rule.
pub fn update_placement(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    if_match: IfMatch,
    change: &UpdatePlacement,
) -> Result<Placement, Problem> {
    let whole = acquire_with_resources(
        tx,
        scope,
        id,
        Permission::PlacementsWrite,
        change.officer_id.as_ref(),
    )?;
    let stored = &whole.placement;
    stored.expect(if_match)?;
    let touches_term = change.officer_id.is_some()
        || change.slot.is_some()
        || change.starts_on.is_some()
        || change.ends_on.is_some();
    let is_proposed = stored.status == PlacementStatus::Proposed;
    if !is_open_to_changes(stored.status) || touches_term && !is_proposed {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "This is not possible while the state is `{}`.",
                stored.status
            ),
        )
        .with("state", stored.status.as_str())
        .with("allowed_actions", allowed_actions(stored, scope, tx.now)));
    }
    let mut row = Placement::clone(stored);
    let mut faults = Faults::default();
    for (patch, stored) in [
        (&change.supervisor, &mut row.supervisor),
        (&change.workplan, &mut row.workplan),
        (&change.internal_notes, &mut row.internal_notes),
    ] {
        patch.clone().apply(stored);
        *stored = text::clean_optional(stored.as_deref());
    }
    row.slot = change.slot.unwrap_or(row.slot);
    row.starts_on = change.starts_on.unwrap_or(row.starts_on);
    row.ends_on = change.ends_on.unwrap_or(row.ends_on);
    if let Some(officer) = &change.officer_id {
        checks::officer(tx, whole.other.as_deref(), &whole.host, &mut faults)?;
        row.officer_id = officer.clone();
    }
    let is_moved = (row.starts_on, row.ends_on) != (stored.starts_on, stored.ends_on);
    if is_moved {
        let program = Program::load(tx.conn, row.program_id.as_str())?
            .ok_or_else(|| Problem::internal("a placement has no program"))?;
        let days = Days {
            starts_on: row.starts_on,
            ends_on: row.ends_on,
        };
        if let Some((starts_at, ends_at)) =
            instants(days, row.zone(), program.max_term_months, &mut faults)
        {
            (row.starts_at, row.ends_at) = (starts_at, ends_at);
        }
    }
    faults.finish()?;
    let row = store(tx, stored, row)?;
    if touches_term {
        holds::hold(tx, &row)?;
    }
    if is_moved {
        write_term(tx, &row, TermChange::Proposed, None, tx.now)?;
    }
    tx.record(
        event("placement.updated", &row)
            .payload(json!({"before": summary(stored), "after": summary(&row)})),
    )?;
    Ok(row)
}
