//! Which placements exist for a caller. Every read goes through [`visible`].

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, PlacementId};
use crate::kernel::time::Timestamp;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::Placement;
use crate::schema::{officers, placements};

/// A query over placements, with its conditions so far.
pub type Boxed = placements::BoxedQuery<'static, Backend>;

/// The organizations whose placements the caller sees because they work there. An officer who is
/// placed there is a guest: they see their own.
fn workplaces(scope: &Scope) -> Vec<OrganizationId> {
    let readable = scope.homes_with(Permission::PlacementsRead);
    scope
        .homes()
        .iter()
        .filter(|home| home.role != Role::Diplomat)
        .map(|home| home.organization_id.clone())
        .filter(|organization| readable.contains(organization))
        .collect()
}

/// The placements that exist for this caller: all for those who oversee them, a host's for its own
/// people, and an officer's own for the officer, also before and after the term.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = placements::table.into_boxed();
    if scope.oversees(Permission::PlacementsRead) {
        return found;
    }
    let workplaces = workplaces(scope);
    let own = scope
        .user()
        .filter(|_| scope.can(Permission::PlacementsRead));
    let Some(me) = own.cloned() else {
        return found.filter(placements::organization_id.eq_any(workplaces));
    };
    let serving = officers::table
        .filter(officers::user_id.eq(me))
        .select(officers::id);
    found.filter(
        placements::organization_id
            .eq_any(workplaces)
            .or(placements::officer_id.eq_any(serving)),
    )
}

type Condition = Box<dyn BoxableExpression<placements::table, Backend, SqlType = Bool>>;

/// Whether it was signed in time and has begun by this instant, without anybody's having written
/// that down ([`crate::programs::placements::rules::next_by_itself`]).
fn has_begun(now: Timestamp) -> Condition {
    Box::new(
        placements::status
            .eq(PlacementStatus::Signed)
            .and(placements::starts_at.le(now))
            .and(
                placements::office_signed_at
                    .assume_not_null()
                    .le(placements::starts_at),
            )
            .and(
                placements::host_signed_at
                    .assume_not_null()
                    .le(placements::starts_at),
            ),
    )
}

/// Whether the officer serves, whoever has written that down.
fn serves(now: Timestamp) -> Condition {
    Box::new(has_begun(now).or(placements::status.eq_any(PlacementStatus::SERVING)))
}

/// Those that stand so at this instant, as they are shown, whether or not anybody has come by to
/// write it down.
#[must_use]
pub fn standing(found: Boxed, status: PlacementStatus, now: Timestamp) -> Boxed {
    match status {
        PlacementStatus::Signed => found
            .filter(placements::status.eq(status))
            .filter(not(has_begun(now))),
        PlacementStatus::Active => found
            .filter(placements::ends_at.gt(now))
            .filter(has_begun(now).or(placements::status.eq(status))),
        PlacementStatus::Extended | PlacementStatus::Curtailed => found
            .filter(placements::ends_at.gt(now))
            .filter(placements::status.eq(status)),
        PlacementStatus::Completed => found.filter(
            placements::status
                .eq(status)
                .or(serves(now).and(placements::ends_at.le(now))),
        ),
        PlacementStatus::Proposed
        | PlacementStatus::AgreementPending
        | PlacementStatus::Closed
        | PlacementStatus::Cancelled => found.filter(placements::status.eq(status)),
    }
}

/// Those with which something has happened by itself that nobody has written down.
#[must_use]
pub fn unsettled(now: Timestamp) -> Boxed {
    placements::table.into_boxed().filter(
        has_begun(now).or(placements::status
            .eq_any(PlacementStatus::SERVING)
            .and(placements::ends_at.le(now))),
    )
}

/// The placement with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &PlacementId) -> Result<Placement, Problem> {
    let found = visible(scope)
        .filter(placements::id.eq(id.clone()))
        .select(Placement::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<PlacementId> = placements::table
        .filter(placements::id.eq(id))
        .select(placements::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("placement", id.as_str()),
        None => Problem::not_found(),
    })
}
