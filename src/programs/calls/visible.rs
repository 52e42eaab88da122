//! Which calls exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::CallId;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;
use crate::programs::visible::sees_all;
use crate::schema::calls;

/// A query over calls, with its conditions so far.
pub type Boxed = calls::BoxedQuery<'static, Backend>;

/// The calls that exist for this caller: those that were opened, and all for those who run the
/// programs.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = calls::table.into_boxed();
    if sees_all(scope) {
        return found;
    }
    found.filter(calls::status.ne(CallStatus::Draft))
}

/// The call with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &CallId) -> Result<Call, Problem> {
    let found = visible(scope)
        .filter(calls::id.eq(id.clone()))
        .select(Call::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<CallId> = calls::table
        .filter(calls::id.eq(id))
        .select(calls::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("call", id.as_str()),
        None => Problem::not_found(),
    })
}
