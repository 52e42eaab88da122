//! A placement as a whole: locked before it is read for a change, brought to where it stands at this
//! instant, and stored under the version that was read.
//!
//! Locks are taken in one order: officers by id, the host, the placement.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::directory::organizations::model::Organization;
use crate::kernel::access::{Actor, Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{OfficerId, PlacementId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::time::Timestamp;
use crate::programs::officers::model::Officer;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::{Placement, Term, TermChange};
use crate::programs::placements::reports::plan;
use crate::programs::placements::rules;
use crate::programs::placements::visible::find;
use crate::schema::{placement_terms, placements};

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "placement";

/// An event about a placement. The host's own systems are told where it stands; nobody is named.
#[must_use]
pub fn event(kind: &'static str, placement: &Placement) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: placement.id.to_string(),
            version: Some(placement.version),
        },
    )
    .organization(Some(&placement.organization_id))
    .shared(json!({
        "id": placement.id,
        "status": placement.status,
        "starts_on": placement.starts_on,
        "ends_on": placement.ends_on,
        "version": placement.version,
    }))
}

/// What the journal keeps of a placement; notes are left out.
#[must_use]
pub fn summary(placement: &Placement) -> Value {
    json!({
        "status": placement.status,
        "officer_id": placement.officer_id,
        "slot": placement.slot,
        "starts_on": placement.starts_on,
        "ends_on": placement.ends_on,
        "replaces_id": placement.replaces_id,
    })
}

/// Locks a placement that exists for the caller, who may do this in the host's affairs, after
/// whatever was due by now has happened. Nothing that it holds may be changed under this lock alone:
/// see [`acquire_with_resources`].
///
/// # Errors
///
/// 403; 404.
pub fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    permission: Permission,
) -> Result<Locked<Placement>, Problem> {
    let found = find(tx.conn, scope, id)?;
    scope.expect(permission, &found.organization_id)?;
    let locked = Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    // It may have been hidden from the caller while the lock was waited for.
    find(tx.conn, scope, id)?;
    settle(tx, locked)
}

/// A placement with everything that it holds.
#[derive(Debug)]
pub struct Whole {
    /// The placement.
    pub placement: Locked<Placement>,
    /// Its officer.
    pub officer: Locked<Officer>,
    /// The officer who was named beside, if there is such a one.
    pub other: Option<Locked<Officer>>,
    /// The host.
    pub host: Locked<Organization>,
}

/// As [`acquire`], with its officer, the other officer and the host locked before it: what it holds
/// may be changed.
///
/// # Errors
///
/// 403; 404.
pub fn acquire_with_resources(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    permission: Permission,
    other: Option<&OfficerId>,
) -> Result<Whole, Problem> {
    let found = find(tx.conn, scope, id)?;
    scope.expect(permission, &found.organization_id)?;
    let (officer, other) = lock_officers(tx, &found.officer_id, other)?;
    let host = Locked::<Organization>::acquire(tx, found.organization_id.as_str())?
        .ok_or_else(Problem::not_found)?;
    let placement = acquire(tx, scope, id, permission)?;
    if placement.officer_id != found.officer_id {
        // Its officer was exchanged while the locks were waited for.
        return Err(Problem::unavailable("The placement is being changed.", 1).may_try_again());
    }
    Ok(Whole {
        placement,
        officer,
        other,
        host,
    })
}

/// Locks an officer, and another one, in the order of their ids.
fn lock_officers(
    tx: &mut Tx<'_>,
    officer: &OfficerId,
    other: Option<&OfficerId>,
) -> Result<(Locked<Officer>, Option<Locked<Officer>>), Problem> {
    let before = match other {
        Some(other) if other < officer => Locked::acquire(tx, other.as_str())?,
        _ => None,
    };
    let locked = Locked::acquire(tx, officer.as_str())?.ok_or_else(Problem::not_found)?;
    let other = match (before, other) {
        (None, Some(other)) if other >= officer => Locked::acquire(tx, other.as_str())?,
        (before, _) => before,
    };
    Ok((locked, other))
}

/// Lets happen what was due by now: a placement that was signed in time begins, and one that has
/// begun ends. The lock makes it happen once, however late somebody comes by.
///
/// # Errors
///
/// When the database fails.
pub fn settle(
    tx: &mut Tx<'_>,
    mut placement: Locked<Placement>,
) -> Result<Locked<Placement>, Problem> {
    while let Some((status, at)) = rules::next_by_itself(&placement, tx.now) {
        tx.on_behalf_of(Actor::System, |tx| pass_to(tx, &placement, status, at))?;
        placement = Locked::acquire(tx, placement.id.as_str())?.ok_or_else(Problem::not_found)?;
    }
    Ok(placement)
}

fn pass_to(
    tx: &mut Tx<'_>,
    stored: &Locked<Placement>,
    status: PlacementStatus,
    at: Timestamp,
) -> Result<(), Problem> {
    // Stored as of the instant at which it came, so that nobody can tell when somebody came by.
    let mut row = Placement::clone(stored);
    row.status = status;
    row.updated_at = at;
    let row = write(tx, stored, row)?;
    let kind = if status == PlacementStatus::Completed {
        write_term(tx, &row, TermChange::Completed, None, at)?;
        "placement.completed"
    } else {
        "placement.activated"
    };
    tx.record(event(kind, &row).payload(json!({
        "before": summary(stored), "after": summary(&row), "by_itself": true, "at": at,
    })))?;
    plan::sync(tx, &row)
}

/// Stores a changed placement.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Placement>,
    mut row: Placement,
) -> Result<Placement, Problem> {
    row.updated_at = tx.now;
    write(tx, stored, row)
}

fn write(
    tx: &mut Tx<'_>,
    stored: &Locked<Placement>,
    mut row: Placement,
) -> Result<Placement, Problem> {
    row.version = stored.version + 1;
    diesel::update(
        placements::table
            .filter(placements::id.eq(&row.id))
            .filter(placements::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}

/// Writes down how the term of a placement changed.
///
/// # Errors
///
/// When the database fails.
pub fn write_term(
    tx: &mut Tx<'_>,
    placement: &Placement,
    change: TermChange,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<(), Problem> {
    let last: Option<i64> = placement_terms::table
        .filter(placement_terms::placement_id.eq(&placement.id))
        .select(diesel::dsl::max(placement_terms::ordinal))
        .first(tx.conn)?;
    let actor = tx.context().actor.clone();
    diesel::insert_into(placement_terms::table)
        .values(Term {
            placement_id: placement.id.clone(),
            ordinal: last.unwrap_or(0) + 1,
            change,
            starts_on: placement.starts_on,
            ends_on: placement.ends_on,
            reason: reason.map(str::to_owned),
            actor_kind: actor.kind().to_owned(),
            actor_id: actor.id().map(str::to_owned),
            occurred_at: at,
        })
        .execute(tx.conn)?;
    Ok(())
}
