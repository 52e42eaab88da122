//! Which programs and calls exist for a caller, and on which panels they are. Every read goes
//! through here.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{CallId, ProgramId};
use crate::programs::model::Program;
use crate::schema::{panel_members, programs};

/// A query over programs, with its conditions so far.
pub type Boxed = programs::BoxedQuery<'static, Backend>;

/// Whether the caller sees what is being prepared and what has ended: those who run the programs,
/// and the auditor.
#[must_use]
pub fn sees_all(scope: &Scope) -> bool {
    scope.oversees(Permission::ProgramsRead)
        && (scope.oversees(Permission::ProgramsWrite) || scope.oversees(Permission::AuditRead))
}

/// The programs that exist for this caller: the active ones, and all for those who run them.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = programs::table.into_boxed();
    if sees_all(scope) {
        return found;
    }
    found.filter(programs::is_active.eq(true))
}

/// The program with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &ProgramId) -> Result<Program, Problem> {
    let found = visible(scope)
        .filter(programs::id.eq(id.clone()))
        .select(Program::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<ProgramId> = programs::table
        .filter(programs::id.eq(id))
        .select(programs::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("program", id.as_str()),
        None => Problem::not_found(),
    })
}

/// The calls in which the caller reviews.
///
/// # Errors
///
/// When the database fails.
pub fn panels(conn: &mut Connection, scope: &Scope) -> Result<HashSet<CallId>, Problem> {
    let Some(me) = scope.user() else {
        return Ok(HashSet::new());
    };
    let rows: Vec<CallId> = panel_members::table
        .filter(panel_members::user_id.eq(me))
        .select(panel_members::call_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
