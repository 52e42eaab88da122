//! The placements of the demo: one that runs, with its reports, and one that is proposed beside it.

use diesel::prelude::*;

use super::people::People;
use super::{day, weekday_after, weekday_before};
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{OfficerId, OrganizationId, PlacementId, ProgramId};
use crate::kernel::patch::Patch;
use crate::programs::placements::commands::create_placement;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::commands::{
    accept_placement_report, submit_placement_report, update_placement_report,
};
use crate::programs::placements::reports::model::{PlacementReport, ReportKind};
use crate::programs::placements::reports::visible::visible;
use crate::programs::placements::reports::wire::{UpdateFigures, UpdatePlacementReport};
use crate::programs::placements::transitions::{Step, advance_placement};
use crate::programs::placements::wire::CreatePlacement;
use crate::schema::placement_reports;

/// How long the officer has served: two quarters are over, and the second report is due.
const SERVED_DAYS: u64 = 200;

/// Makes both.
pub(super) fn make(
    tx: &mut Tx<'_>,
    people: &People,
    program: &ProgramId,
    host: &OrganizationId,
    officers: &[OfficerId],
) -> Result<(), Problem> {
    let [serving, .., proposed, _, _] = officers else {
        return Err(Problem::internal("the demo has too few officers"));
    };
    let running = CreatePlacement {
        program_id: program.clone(),
        officer_id: serving.clone(),
        organization_id: host.clone(),
        application_id: None,
        slot: 1,
        starts_on: day(weekday_before(tx.now, SERVED_DAYS))?,
        ends_on: None,
        time_zone: None,
        supervisor: Some("Ana Ruiz, Protocol Office".to_owned()),
        workplan: Some(
            "Open the sister city's market to local suppliers; prepare the border commerce forum."
                .to_owned(),
        ),
        internal_notes: Some("The first placement of the program.".to_owned()),
    };
    let row = people.by(tx, Role::ProgramOfficer, |tx, scope| {
        create_placement(tx, scope, &running)
    })?;
    let row = begin(tx, people, row)?;
    report(tx, people, &row.id)?;
    // Nobody has signed this one: the city's leader may.
    let next = CreatePlacement {
        officer_id: proposed.clone(),
        slot: 2,
        starts_on: day(weekday_after(tx.now, 75))?,
        workplan: Some("Bring the desert cities' heat summit to Phoenix every year.".to_owned()),
        internal_notes: None,
        ..running
    };
    people.by(tx, Role::ProgramOfficer, |tx, scope| {
        create_placement(tx, scope, &next)
    })?;
    Ok(())
}

/// Both sides sign, and the office begins what should have begun by then.
fn begin(tx: &mut Tx<'_>, people: &People, mut row: Placement) -> Result<Placement, Problem> {
    for (role, step) in [
        (Role::ProgramOfficer, Step::Sign),
        (Role::LocalLeader, Step::Sign),
        (Role::ProgramOfficer, Step::Activate),
    ] {
        row = people.by(tx, role, |tx, scope| {
            advance_placement(tx, scope, &row.id, IfMatch(row.version), &step)
        })?;
    }
    Ok(row)
}

/// The officer hands the first report in, which is accepted, and has begun the second.
fn report(tx: &mut Tx<'_>, people: &People, placement: &PlacementId) -> Result<(), Problem> {
    let reports: Vec<PlacementReport> = people.by(tx, Role::Diplomat, |tx, scope| {
        Ok(visible(scope)
            .filter(placement_reports::placement_id.eq(placement.clone()))
            .filter(placement_reports::kind.eq(ReportKind::Quarterly))
            .order(placement_reports::ordinal)
            .select(PlacementReport::as_select())
            .load(tx.conn)?)
    })?;
    let [first, second, ..] = reports.as_slice() else {
        return Err(Problem::internal(
            "the demo's placement has too few reports",
        ));
    };
    let change = UpdatePlacementReport {
        figures: Some(figures(31, 4, 1, 6)),
        public_summary: Patch::Set(
            "The officer received four delegations, took eleven local firms to a fair abroad, and \
             helped the city to renew an agreement with its sister city."
                .to_owned(),
        ),
        internal_part: Patch::Set(
            "Two of the leads ask for discretion until their boards have decided.".to_owned(),
        ),
    };
    let row = people.by(tx, Role::Diplomat, |tx, scope| {
        let row = update_placement_report(tx, scope, &first.id, IfMatch(first.version), &change)?;
        submit_placement_report(tx, scope, &row.id, IfMatch(row.version))
    })?;
    people.by(tx, Role::ProgramOfficer, |tx, scope| {
        accept_placement_report(tx, scope, &row.id, IfMatch(row.version))
    })?;
    let change = UpdatePlacementReport {
        figures: Some(figures(18, 2, 0, 3)),
        public_summary: Patch::Keep,
        internal_part: Patch::Keep,
    };
    people.by(tx, Role::Diplomat, |tx, scope| {
        update_placement_report(tx, scope, &second.id, IfMatch(second.version), &change)
    })?;
    Ok(())
}

const fn figures(
    meetings: i64,
    delegations: i64,
    agreements: i64,
    investment_leads: i64,
) -> UpdateFigures {
    UpdateFigures {
        meetings: Some(meetings),
        delegations: Some(delegations),
        agreements: Some(agreements),
        investment_leads: Some(investment_leads),
    }
}
