//! Which seats exist for a caller. Every read goes through [`visible`].
//!
//! The roster is for those who follow the assembly. What a jurisdiction asks for is its own affair
//! and the office's: no other one learns of a nomination.

use diesel::prelude::*;

use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::seats::lifecycle::SeatStatus;
use crate::assemblies::seats::model::Seat;
use crate::assemblies::visible as assembly_visible;
use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, SeatId};
use crate::schema::{assemblies, seats};

/// A query over seats, with its conditions so far.
pub type Boxed = seats::BoxedQuery<'static, Backend>;

/// The seats that exist for this caller: all for those who convene assemblies; the roster of the
/// assemblies that they follow; and their own jurisdiction's, whatever became of it.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = seats::table.into_boxed();
    if assembly_visible::sees_all(scope) {
        return found;
    }
    let roster = [SeatStatus::Vacant, SeatStatus::Filled, SeatStatus::Retired];
    let announced = assemblies::table
        .filter(assemblies::status.ne(AssemblyStatus::Draft))
        .select(assemblies::id);
    found.filter(seats::assembly_id.eq_any(announced)).filter(
        seats::organization_id
            .eq_any(scope.homes_with(Permission::AssembliesRead))
            .or(seats::status.eq_any(roster).and(among(
                seats::assembly_id,
                assembly_visible::followed(scope).select(assemblies::id),
            ))),
    )
}

/// The seat with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &SeatId) -> Result<Seat, Problem> {
    let found = visible(scope)
        .filter(seats::id.eq(id.clone()))
        .select(Seat::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<SeatId> = seats::table
        .filter(seats::id.eq(id))
        .select(seats::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("seat", id.as_str()),
        None => Problem::not_found(),
    })
}

/// Whether the caller knows what a jurisdiction asked for: its own people, and those who convene
/// assemblies.
#[must_use]
pub fn knows_nomination(scope: &Scope, organization: &OrganizationId) -> bool {
    assembly_visible::sees_all(scope)
        || (!scope.is_federal() && scope.may(Permission::AssembliesRead, organization))
}

/// Whether the caller leads this jurisdiction.
#[must_use]
pub fn leads(scope: &Scope, organization: &OrganizationId) -> bool {
    scope.user().is_some()
        && scope
            .homes()
            .iter()
            .any(|home| home.role == Role::LocalLeader && home.organization_id == *organization)
}
