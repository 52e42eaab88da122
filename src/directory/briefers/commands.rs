//! Changing briefers.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::briefers::model::Briefer;
use crate::directory::briefers::wire::{CreateBriefer, UpdateBriefer};
use crate::directory::organizations;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::BrieferId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::briefers;

fn event(kind: &'static str, row: &Briefer) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "briefer",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
}

/// Adds a briefer.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_briefer(tx: &mut Tx<'_>, input: CreateBriefer) -> Result<Briefer, Problem> {
    let mut faults = Faults::default();
    let row = input.into_row(tx.now);
    check_organization(tx, &row, &mut faults)?;
    faults.finish()?;
    diesel::insert_into(briefers::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("briefer.created", &row).payload(json!({"name": row.name})))?;
    Ok(row)
}

/// Changes a briefer.
///
/// # Errors
///
/// 404; 412 when the caller's version is stale; 422 with every broken rule.
pub fn update_briefer(
    tx: &mut Tx<'_>,
    id: &BrieferId,
    if_match: IfMatch,
    change: UpdateBriefer,
) -> Result<Briefer, Problem> {
    let stored = Locked::<Briefer>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = stored.clone();
    let mut faults = Faults::default();
    change.apply(&mut row);
    check_organization(tx, &row, &mut faults)?;
    faults.finish()?;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(
        briefers::table
            .filter(briefers::id.eq(id))
            .filter(briefers::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    tx.record(event("briefer.updated", &row).payload(json!({
        "before": {"name": stored.name, "is_active": stored.is_active},
        "after": {"name": row.name, "is_active": row.is_active},
    })))?;
    Ok(row)
}

fn check_organization(tx: &mut Tx<'_>, row: &Briefer, faults: &mut Faults) -> Result<(), Problem> {
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
