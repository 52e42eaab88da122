//! Holds: which officer and which slot of a host is held on which days, and by which placement. Days
//! and not instants: whoever ends in Phoenix and begins in Chicago on the same day is not refused for
//! the two hours that lie between the midnights of the two.
//!
//! Whoever places locks the officer and the host first, so two placements of one of them meet in
//! turn; a trigger in the database stands behind that.

use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};

use crate::kernel::day::Day;
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{OfficerId, OrganizationId, PlacementId};
use crate::programs::placements::model::Placement;
use crate::schema::{placement_holds, placements};

/// How a slot of a host is called among what is held.
#[must_use]
pub fn slot_of(host: &OrganizationId, slot: i64) -> String {
    format!("{host}/{slot}")
}

/// Holds the officer and the slot for the term of a placement, in place of what it held. Their rows
/// are locked. A term that is empty holds nothing.
///
/// # Errors
///
/// 409 `placement_conflict` naming every other placement in the way.
pub fn hold(tx: &mut Tx<'_>, wanted: &Placement) -> Result<(), Problem> {
    release(tx, &wanted.id)?;
    if wanted.starts_on >= wanted.ends_on {
        return Ok(());
    }
    let resources = vec![
        wanted.officer_id.to_string(),
        slot_of(&wanted.organization_id, wanted.slot),
    ];
    let conflicts = conflicts(tx, wanted, &resources)?;
    if !conflicts.is_empty() {
        return Err(conflict(conflicts));
    }
    for resource in resources {
        let inserted = tx.savepoint(|tx| {
            diesel::insert_into(placement_holds::table)
                .values((
                    placement_holds::resource_id.eq(resource),
                    placement_holds::placement_id.eq(&wanted.id),
                    placement_holds::starts_on.eq(wanted.starts_on),
                    placement_holds::ends_on.eq(wanted.ends_on),
                ))
                .execute(tx.conn)
        });
        inserted.map_err(refused)?;
    }
    Ok(())
}

fn conflict(conflicts: Vec<Value>) -> Problem {
    Problem::new(
        Code::PlacementConflict,
        "The officer, or the host's slot, is held by another placement at that time.",
    )
    .with("conflicts", conflicts)
}

/// What the trigger refused is the same conflict.
fn refused(error: Error) -> Problem {
    match &error {
        Error::DatabaseError(_, info) if info.message().contains("placement_holds_no_overlap") => {
            conflict(Vec::new())
        }
        _ => error.into(),
    }
}

fn conflicts(
    tx: &mut Tx<'_>,
    wanted: &Placement,
    resources: &[String],
) -> Result<Vec<Value>, Problem> {
    let rows: Vec<(String, PlacementId, Day, Day)> = placement_holds::table
        .inner_join(placements::table)
        .filter(placement_holds::resource_id.eq_any(resources.to_vec()))
        .filter(placement_holds::placement_id.ne(&wanted.id))
        .filter(placement_holds::starts_on.lt(wanted.ends_on))
        .filter(placement_holds::ends_on.gt(wanted.starts_on))
        .order((placement_holds::starts_on, placement_holds::resource_id))
        .limit(50)
        .select((
            placement_holds::resource_id,
            placements::id,
            placements::starts_on,
            placements::ends_on,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(resource, placement, starts_on, ends_on)| {
            json!({
                "resource": if resource.starts_with(OfficerId::PREFIX) { "officer" } else { "slot" },
                "placement_id": placement,
                "starts_on": starts_on,
                "ends_on": ends_on,
            })
        })
        .collect())
}

/// Releases everything a placement holds.
///
/// # Errors
///
/// When the database fails.
pub fn release(tx: &mut Tx<'_>, id: &PlacementId) -> Result<(), Problem> {
    diesel::delete(placement_holds::table.filter(placement_holds::placement_id.eq(id)))
        .execute(tx.conn)?;
    Ok(())
}
