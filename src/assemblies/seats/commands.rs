//! Asking for seats, adding them and changing what they say.

use actix_web::http::header;
use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::aggregate as assembly_aggregate;
use crate::assemblies::composition::JURISDICTIONS;
use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::model::Assembly;
use crate::assemblies::quorum::checks::refresh_all;
use crate::assemblies::regions::region_of;
use crate::assemblies::seats::aggregate::{event, store, summary};
use crate::assemblies::seats::checks;
use crate::assemblies::seats::lifecycle::{Capacity, SeatStatus};
use crate::assemblies::seats::model::Seat;
use crate::assemblies::seats::whole::{acquire, expect_going_on};
use crate::assemblies::seats::wire::{CreateSeat, UpdateSeat};
use crate::assemblies::visible as assembly_visible;
use crate::directory::organizations::acting;
use crate::directory::organizations::model::Organization;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Tx, constraint};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblyId, SeatId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::schema::seats;

/// Adds a seat for the office, or asks for one for a jurisdiction.
///
/// # Errors
///
/// 404; 409 when nominations are not open, the jurisdiction has a seat, or the composition has no
/// room; 422 with every broken rule.
pub fn create_seat(
    tx: &mut Tx<'_>,
    scope: &Scope,
    assembly: &AssemblyId,
    input: &CreateSeat,
) -> Result<Seat, Problem> {
    assembly_visible::find(tx.conn, scope, assembly)?;
    let is_office = scope.oversees(Permission::AssembliesWrite);
    let assembly = assembly_aggregate::acquire(tx, assembly)?;
    if is_office {
        expect_going_on(&assembly)?;
    } else {
        expect_nominations(&assembly)?;
    }
    let mut faults = Faults::default();
    let named = input.organization_id.as_ref();
    let organization = acting::organization(
        tx.conn,
        scope,
        named,
        Permission::SeatsNominate,
        &mut faults,
    )?;
    let organization = match &organization {
        Some(id) => Organization::load(tx.conn, id.as_str())?,
        None => None,
    };
    if let Some(organization) = &organization {
        faults.require(
            JURISDICTIONS.contains(&organization.kind),
            "/organization_id",
            "not_permitted",
            "names no jurisdiction: states, counties, municipalities, tribal governments and territories have seats",
        );
        if let Some(nominee) = &input.nominee_id {
            let pointer = "/nominee_id";
            let (id, capacity) = (&organization.id, Capacity::Holder);
            checks::person(tx.conn, nominee, id, capacity, pointer, &mut faults)?;
        }
    }
    check_who_says_what(input, is_office, &mut faults);
    let starts_on = input.starts_on.unwrap_or(assembly.starts_on);
    let ends_on = input.ends_on.unwrap_or(assembly.ends_on);
    let term = checks::term(&assembly, starts_on, ends_on, &mut faults);
    faults.finish()?;
    let (Some(organization), Some((starts_at, ends_at))) = (organization, term) else {
        return Err(Problem::internal("an incomplete seat passed the checks"));
    };
    if let Some(seat) = checks::seat_of(tx.conn, &assembly, &organization.id)? {
        return Err(already_seated(Some(&seat)));
    }
    let row = Seat {
        id: SeatId::fresh(),
        assembly_id: assembly.id.clone(),
        status: if is_office {
            SeatStatus::Vacant
        } else {
            SeatStatus::Nominated
        },
        kind: organization.kind,
        region: region_of(&assembly.regions(), organization.subdivision.as_deref()),
        population: organization.population,
        organization_id: organization.id,
        affiliation: text::clean_optional(input.affiliation.as_deref()),
        starts_on,
        ends_on,
        starts_at,
        ends_at,
        nominee_id: input.nominee_id.clone(),
        nominee_office: text::clean_optional(input.office.as_deref()),
        statement: text::clean_optional(input.statement.as_deref()),
        nominated_by: scope.user().filter(|_| !is_office).cloned(),
        reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let kind = if is_office {
        checks::room(tx, &assembly, &row)?;
        "seat.added"
    } else {
        "seat.nominated"
    };
    tx.savepoint(|tx| {
        diesel::insert_into(seats::table)
            .values(row.clone())
            .execute(tx.conn)
    })
    .map_err(seat_is_taken)?;
    tx.record(event(kind, &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

fn seat_is_taken(error: diesel::result::Error) -> Problem {
    let columns = "seats.assembly_id, seats.organization_id";
    if constraint::is_violated(&error, "seats_jurisdiction_key", columns) {
        return already_seated(None);
    }
    error.into()
}

fn already_seated(seat: Option<&SeatId>) -> Problem {
    let problem = Problem::new(
        Code::AlreadySeated,
        "This jurisdiction has a seat in the assembly already, or has asked for one.",
    );
    match seat {
        Some(id) => problem.with_header(header::LOCATION, format!("/v1/seats/{id}")),
        None => problem,
    }
}

fn expect_nominations(assembly: &Assembly) -> Result<(), Problem> {
    if assembly.status == AssemblyStatus::Nominations {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Jurisdictions nominate themselves while nominations are open; the assembly is `{}`.",
            assembly.status
        ),
    )
    .with("state", assembly.status.as_str())
    .with("allowed_actions", Vec::<String>::new()))
}

/// Notes what a nomination lacks, and what the office alone decides.
fn check_who_says_what(input: &CreateSeat, is_office: bool, faults: &mut Faults) {
    if is_office {
        return;
    }
    for (pointer, is_given) in [
        ("/nominee_id", input.nominee_id.is_some()),
        ("/office", input.office.is_some()),
    ] {
        faults.require(is_given, pointer, "required", "is required to nominate");
    }
    for (pointer, is_given) in [
        ("/starts_on", input.starts_on.is_some()),
        ("/ends_on", input.ends_on.is_some()),
    ] {
        faults.require(!is_given, pointer, "not_permitted", "is set by the office");
    }
}

/// Changes what a seat says, and its term where that lies ahead.
///
/// # Errors
///
/// 403; 404; 409 once the seat is declined or retired, and when the composition has no room; 412;
/// 422 with every broken rule.
pub fn update_seat(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    if_match: IfMatch,
    change: &UpdateSeat,
) -> Result<Seat, Problem> {
    let whole = acquire(tx, scope, id)?;
    scope.expect(Permission::SeatsNominate, &whole.seat.organization_id)?;
    whole.expect_going_on()?;
    whole.seat.expect(if_match)?;
    let is_office = scope.oversees(Permission::AssembliesWrite);
    let is_open = match whole.seat.status {
        SeatStatus::Nominated => true,
        SeatStatus::Vacant | SeatStatus::Filled => is_office,
        SeatStatus::Declined | SeatStatus::Retired => false,
    };
    if !is_open {
        return Err(whole.refused(scope));
    }
    let mut row = Seat::clone(&whole.seat);
    let mut faults = Faults::default();
    for (pointer, is_given) in [
        ("/affiliation", change.affiliation != Patch::Keep),
        ("/starts_on", change.starts_on.is_some()),
        ("/ends_on", change.ends_on.is_some()),
    ] {
        faults.require(
            is_office || !is_given,
            pointer,
            "not_permitted",
            "is set by the office",
        );
    }
    change.statement.clone().apply(&mut row.statement);
    row.statement = text::clean_optional(row.statement.as_deref());
    change.affiliation.clone().apply(&mut row.affiliation);
    row.affiliation = text::clean_optional(row.affiliation.as_deref());
    if change.starts_on.is_some() || change.ends_on.is_some() {
        row.starts_on = change.starts_on.unwrap_or(row.starts_on);
        row.ends_on = change.ends_on.unwrap_or(row.ends_on);
        if let Some(instants) =
            checks::term(&whole.assembly, row.starts_on, row.ends_on, &mut faults)
        {
            (row.starts_at, row.ends_at) = instants;
        }
        check_past_stays(&whole.seat, &row, tx, &mut faults);
    }
    faults.finish()?;
    if row.status != SeatStatus::Nominated && row.affiliation != whole.seat.affiliation {
        checks::room(tx, &whole.assembly, &row)?;
    }
    let row = store(tx, &whole.seat, row)?;
    if (row.starts_at, row.ends_at) != (whole.seat.starts_at, whole.seat.ends_at) {
        refresh_all(tx, &whole.assembly.id)?;
    }
    tx.record(event("seat.updated", &row).payload(json!({
        "before": summary(&whole.seat), "after": summary(&row),
    })))?;
    Ok(row)
}

/// Notes a term that would alter who could vote at an instant that has passed.
fn check_past_stays(before: &Seat, after: &Seat, tx: &Tx<'_>, faults: &mut Faults) {
    for (pointer, was, is) in [
        ("/starts_on", before.starts_at, after.starts_at),
        ("/ends_on", before.ends_at, after.ends_at),
    ] {
        faults.require(
            was == is || (tx.now < was && tx.now < is),
            pointer,
            "in_the_past",
            "lies in the past, or would: who could vote there stays as it was",
        );
    }
}
