//! Which motions exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::assemblies::motions::model::Motion;
use crate::assemblies::sessions::visible as session_visible;
use crate::assemblies::visible::sees_all;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::MotionId;
use crate::schema::{assembly_sessions, motions, seats};

/// A query over motions, with its conditions so far.
pub type Boxed = motions::BoxedQuery<'static, Backend>;

/// The motions that exist for this caller: of the sessions that exist for them, those that were
/// moved. What was never moved is known to those of the mover's jurisdiction who may bring motions,
/// to whoever wrote it, and to the clerk.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = motions::table.into_boxed();
    if sees_all(scope) {
        return found;
    }
    let found = found.filter(among(
        motions::session_id,
        session_visible::visible(scope).select(assembly_sessions::id),
    ));
    let own = seats::table
        .filter(seats::organization_id.eq_any(scope.homes_with(Permission::MotionsWrite)))
        .select(seats::id);
    let own = among(motions::mover_seat_id, own);
    let me = scope.user().map(ToString::to_string);
    found.filter(
        motions::number
            .is_not_null()
            .or(own)
            .or(motions::created_by_id.eq_any(me).assume_not_null()),
    )
}

/// The motion with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &MotionId) -> Result<Motion, Problem> {
    let found = visible(scope)
        .filter(motions::id.eq(id.clone()))
        .select(Motion::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<MotionId> = motions::table
        .filter(motions::id.eq(id))
        .select(motions::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("motion", id.as_str()),
        None => Problem::not_found(),
    })
}
