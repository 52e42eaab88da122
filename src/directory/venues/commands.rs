//! Changing venues.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations;
use crate::directory::venues::model::Venue;
use crate::directory::venues::wire::{CreateVenue, UpdateVenue};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::VenueId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::venues;

fn event(kind: &'static str, row: &Venue) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "venue",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
}

/// Adds a venue.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_venue(tx: &mut Tx<'_>, input: CreateVenue) -> Result<Venue, Problem> {
    let mut faults = Faults::default();
    let row = input.into_row(tx.now, &mut faults);
    check_organization(tx, &row, &mut faults)?;
    faults.finish()?;
    diesel::insert_into(venues::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("venue.created", &row).payload(json!({"name": row.name})))?;
    Ok(row)
}

/// Changes a venue.
///
/// # Errors
///
/// 404; 412 when the caller's version is stale; 422 with every broken rule.
pub fn update_venue(
    tx: &mut Tx<'_>,
    id: &VenueId,
    if_match: IfMatch,
    change: UpdateVenue,
) -> Result<Venue, Problem> {
    let stored = Locked::<Venue>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = stored.clone();
    let mut faults = Faults::default();
    change.apply(&mut row, &mut faults);
    check_organization(tx, &row, &mut faults)?;
    faults.finish()?;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(
        venues::table
            .filter(venues::id.eq(id))
            .filter(venues::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    tx.record(event("venue.updated", &row).payload(json!({
        "before": {"name": stored.name, "is_active": stored.is_active, "requires_access_data": stored.requires_access_data},
        "after": {"name": row.name, "is_active": row.is_active, "requires_access_data": row.requires_access_data},
    })))?;
    Ok(row)
}

fn check_organization(tx: &mut Tx<'_>, row: &Venue, faults: &mut Faults) -> Result<(), Problem> {
    if let Some(id) = &row.organization_id {
        let exists = organizations::queries::exists(tx.conn, id)?;
        faults.require(
            exists,
            "/organization_id",
            "unknown_reference",
            "names no organization",
        );
    }
    Ok(())
}
