//! Which polls exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::assemblies::polls::model::Poll;
use crate::assemblies::sessions::visible as session_visible;
use crate::assemblies::visible::sees_all;
use crate::kernel::access::Scope;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::PollId;
use crate::schema::{assembly_sessions, polls};

/// A query over polls, with its conditions so far.
pub type Boxed = polls::BoxedQuery<'static, Backend>;

/// The polls that exist for this caller: of the sessions that exist for them, those that were opened;
/// for those who prepare them, all.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = polls::table.into_boxed();
    if sees_all(scope) {
        return found;
    }
    found.filter(polls::opened_at.is_not_null()).filter(among(
        polls::session_id,
        session_visible::visible(scope).select(assembly_sessions::id),
    ))
}

/// The poll with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &PollId) -> Result<Poll, Problem> {
    let found = visible(scope)
        .filter(polls::id.eq(id.clone()))
        .select(Poll::as_select())
        .first(conn)
        .optional()?;
    match found {
        Some(row) => Ok(row),
        None => Err(hidden(conn, id)?),
    }
}

/// Why there is no such poll for the caller.
///
/// # Errors
///
/// When the database fails.
pub fn hidden(conn: &mut Connection, id: &PollId) -> Result<Problem, Problem> {
    let exists: Option<PollId> = polls::table
        .filter(polls::id.eq(id))
        .select(polls::id)
        .first(conn)
        .optional()?;
    Ok(match exists {
        Some(id) => Problem::hidden("poll", id.as_str()),
        None => Problem::not_found(),
    })
}
