//! Which officers exist for a caller. Every read of officers as such goes through [`visible`]; hosts
//! are told of theirs in the placement.

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{OfficerId, UserId};
use crate::programs::officers::model::Officer;
use crate::schema::officers;

/// A query over officers, with its conditions so far.
pub type Boxed = officers::BoxedQuery<'static, Backend>;

/// The officers that exist for this caller: all for those who oversee them, and otherwise the record
/// of the caller's own.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = officers::table.into_boxed();
    if scope.oversees(Permission::OfficersRead) {
        return found;
    }
    let own: Vec<UserId> = scope
        .user()
        .filter(|_| scope.can(Permission::OfficersRead))
        .cloned()
        .into_iter()
        .collect();
    found.filter(officers::user_id.eq_any(own))
}

/// The officer with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &OfficerId) -> Result<Officer, Problem> {
    let found = visible(scope)
        .filter(officers::id.eq(id.clone()))
        .select(Officer::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<OfficerId> = officers::table
        .filter(officers::id.eq(id))
        .select(officers::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("officer", id.as_str()),
        None => Problem::not_found(),
    })
}
