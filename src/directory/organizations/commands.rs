//! Changing organizations.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations::model::Organization;
use crate::directory::organizations::queries;
use crate::directory::organizations::wire::{CreateOrganization, UpdateOrganization};
use crate::kernel::db::{Aggregate, Locked, Tx, constraint};
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::OrganizationId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::schema::organizations;

fn event(kind: &'static str, row: &Organization) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "organization",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .marking(Marking::Public)
}

/// Creates an organization.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_organization(
    tx: &mut Tx<'_>,
    input: CreateOrganization,
) -> Result<Organization, Problem> {
    let mut faults = Faults::default();
    let row = input.into_row(tx.now, &mut faults);
    check_parent(tx, &row, &mut faults)?;
    faults.finish()?;
    diesel::insert_into(organizations::table)
        .values(row.clone())
        .execute(tx.conn)
        .map_err(source_id_is_taken)?;
    tx.record(
        event("organization.created", &row).payload(json!({"name": row.name, "kind": row.kind})),
    )?;
    Ok(row)
}

/// Changes an organization.
///
/// # Errors
///
/// 404; 412 when the caller's version is stale; 422 with every broken rule.
pub fn update_organization(
    tx: &mut Tx<'_>,
    id: &OrganizationId,
    if_match: IfMatch,
    change: UpdateOrganization,
) -> Result<Organization, Problem> {
    let stored =
        Locked::<Organization>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = stored.clone();
    let mut faults = Faults::default();
    change.apply(&mut row, &mut faults);
    check_parent(tx, &row, &mut faults)?;
    faults.finish()?;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(
        organizations::table
            .filter(organizations::id.eq(id))
            .filter(organizations::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    tx.record(event("organization.updated", &row).payload(json!({
        "before": {"name": stored.name, "population": stored.population, "time_zone": stored.time_zone},
        "after": {"name": row.name, "population": row.population, "time_zone": row.time_zone},
    })))?;
    Ok(row)
}

/// A parent exists, and nobody is their own ancestor.
fn check_parent(tx: &mut Tx<'_>, row: &Organization, faults: &mut Faults) -> Result<(), Problem> {
    let Some(parent) = &row.parent_id else {
        return Ok(());
    };
    if !queries::exists(tx.conn, parent)? {
        faults.add("/parent_id", "unknown_reference", "names no organization");
        return Ok(());
    }
    let mut ancestor = Some(parent.clone());
    while let Some(id) = ancestor {
        if id == row.id {
            faults.add(
                "/parent_id",
                "circular",
                "would make the organization its own ancestor",
            );
            return Ok(());
        }
        ancestor = Organization::load(tx.conn, id.as_str())?.and_then(|row| row.parent_id);
    }
    Ok(())
}

fn source_id_is_taken(error: diesel::result::Error) -> Problem {
    if !constraint::is_violated(
        &error,
        "organizations_source_id_key",
        "organizations.source_id",
    ) {
        return error.into();
    }
    let mut faults = Faults::default();
    faults.add("/source_id", "taken", "belongs to another organization");
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => error.into(),
    }
}
