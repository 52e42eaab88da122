//! For whom a caller acts when they register, ask or subscribe.

use crate::directory::organizations::queries;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::OrganizationId;

/// The organization that is named at `/organization_id`, or the caller's only one; `None` after
/// noting what is wrong. One in whose affairs the caller may not do this is as unknown as one that
/// does not exist.
///
/// # Errors
///
/// When the database fails.
pub fn organization(
    conn: &mut Connection,
    scope: &Scope,
    named: Option<&OrganizationId>,
    permission: Permission,
    faults: &mut Faults,
) -> Result<Option<OrganizationId>, Problem> {
    let pointer = "/organization_id";
    match (named, scope.homes()) {
        (Some(id), _) if scope.may(permission, id) && queries::exists(conn, id)? => {
            return Ok(Some(id.clone()));
        }
        (Some(_), _) => faults.add(
            pointer,
            "unknown_reference",
            "names no organization you act for",
        ),
        (None, [only]) if !only.role.is_federal() => return Ok(Some(only.organization_id.clone())),
        (None, _) => faults.add(
            pointer,
            "required",
            "is required: say for which organization you act",
        ),
    }
    Ok(None)
}
