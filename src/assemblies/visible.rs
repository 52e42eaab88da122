//! Which assemblies exist for a caller. Every read goes through [`visible`].

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::model::Assembly;
use crate::assemblies::seats::lifecycle::SeatStatus;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::AssemblyId;
use crate::schema::{assemblies, seats};

/// A query over assemblies, with its conditions so far.
pub type Boxed = assemblies::BoxedQuery<'static, Backend>;

/// Whether the caller sees what is being prepared: those who convene assemblies, their clerks, and
/// the auditor.
#[must_use]
pub fn sees_all(scope: &Scope) -> bool {
    scope.oversees(Permission::AssembliesRead)
        && [
            Permission::AssembliesWrite,
            Permission::SessionsClerk,
            Permission::AuditRead,
        ]
        .into_iter()
        .any(|permission| scope.oversees(permission))
}

/// The assemblies that exist for this caller: all for those who convene them; all but drafts for
/// other federal staff; for a jurisdiction those that ask for nominations, and those in which it has
/// a seat.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = assemblies::table.into_boxed();
    if sees_all(scope) {
        return found;
    }
    let found = found.filter(assemblies::status.ne(AssemblyStatus::Draft));
    if scope.oversees(Permission::AssembliesRead) {
        return found;
    }
    let own = seats::table
        .filter(seats::assembly_id.eq(assemblies::id))
        .filter(seats::status.ne(SeatStatus::Declined))
        .filter(seats::organization_id.eq_any(scope.homes_with(Permission::AssembliesRead)));
    found.filter(
        assemblies::status
            .eq(AssemblyStatus::Nominations)
            .or(exists(own)),
    )
}

/// The assemblies whose affairs the caller may follow: sessions, motions, votes, the roster. Those
/// in which a jurisdiction of the caller's has a seat; all for federal staff.
#[must_use]
pub fn followed(scope: &Scope) -> Boxed {
    let found = visible(scope);
    if scope.oversees(Permission::AssembliesRead) {
        return found;
    }
    let seated = seats::table
        .filter(seats::assembly_id.eq(assemblies::id))
        .filter(seats::status.eq_any([SeatStatus::Vacant, SeatStatus::Filled]))
        .filter(seats::organization_id.eq_any(scope.homes_with(Permission::AssembliesRead)));
    found.filter(exists(seated))
}

/// The assembly with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &AssemblyId) -> Result<Assembly, Problem> {
    find_in(conn, visible(scope), id)
}

/// The assembly with this id, if the caller may follow its affairs.
///
/// # Errors
///
/// As [`find`].
pub fn find_followed(
    conn: &mut Connection,
    scope: &Scope,
    id: &AssemblyId,
) -> Result<Assembly, Problem> {
    find_in(conn, followed(scope), id)
}

fn find_in(conn: &mut Connection, known: Boxed, id: &AssemblyId) -> Result<Assembly, Problem> {
    let found = known
        .filter(assemblies::id.eq(id.clone()))
        .select(Assembly::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<AssemblyId> = assemblies::table
        .filter(assemblies::id.eq(id))
        .select(assemblies::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("assembly", id.as_str()),
        None => Problem::not_found(),
    })
}

/// Refuses whoever does not do this for the whole office.
///
/// # Errors
///
/// 403.
pub fn expect_office(scope: &Scope, permission: Permission) -> Result<(), Problem> {
    if scope.oversees(permission) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        format!("This needs the permission `{permission}` at the office."),
    )
    .with("permission", permission.as_str()))
}
