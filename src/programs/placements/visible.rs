//! Which placements exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, PlacementId};
use crate::programs::applications::visible::me;
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
    let own = me(scope).filter(|_| scope.can(Permission::PlacementsRead));
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
