//! Which sessions exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::assemblies::sessions::model::Session;
use crate::assemblies::visible as assembly_visible;
use crate::kernel::access::Scope;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblySessionId;
use crate::schema::{assemblies, assembly_sessions};

/// A query over sessions, with its conditions so far.
pub type Boxed = assembly_sessions::BoxedQuery<'static, Backend>;

/// The sessions that exist for this caller: of the assemblies that they follow, those that were
/// called; for those who prepare them, all.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = assembly_sessions::table.into_boxed();
    if assembly_visible::sees_all(scope) {
        return found;
    }
    found
        .filter(assembly_sessions::called_at.is_not_null())
        .filter(among(
            assembly_sessions::assembly_id,
            assembly_visible::followed(scope).select(assemblies::id),
        ))
}

/// The session with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &AssemblySessionId,
) -> Result<Session, Problem> {
    let found = visible(scope)
        .filter(assembly_sessions::id.eq(id.clone()))
        .select(Session::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<AssemblySessionId> = assembly_sessions::table
        .filter(assembly_sessions::id.eq(id))
        .select(assembly_sessions::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("assembly_session", id.as_str()),
        None => Problem::not_found(),
    })
}
