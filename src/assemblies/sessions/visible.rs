//! Which sessions exist for a caller. Every read goes through [`visible`].

use diesel::prelude::*;

use crate::assemblies::sessions::model::{LegalReview, Session};
use crate::assemblies::visible as assembly_visible;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblySessionId;
use crate::schema::{assemblies, assembly_sessions};

/// A query over sessions, with its conditions so far.
pub type Boxed = assembly_sessions::BoxedQuery<'static, Backend>;

/// The sessions that exist for this caller: of the assemblies that they follow, those that were
/// called; for those who prepare them, all; for those who review them, those with something to
/// review.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = assembly_sessions::table.into_boxed();
    if assembly_visible::sees_all(scope) {
        return found;
    }
    if scope.oversees(Permission::SessionsReview) {
        return found.filter(
            assembly_sessions::called_at
                .is_not_null()
                .or(assembly_sessions::legal_review.ne(LegalReview::NotNeeded)),
        );
    }
    found
        .filter(assembly_sessions::called_at.is_not_null())
        .filter(among(
            assembly_sessions::assembly_id,
            assembly_visible::followed(scope).select(assemblies::id),
        ))
}

/// Whether the caller sees how this session is prepared: the agenda before it is published, and who
/// is to take part.
#[must_use]
pub fn sees_preparation(scope: &Scope, row: &Session) -> bool {
    assembly_visible::sees_all(scope)
        || (scope.oversees(Permission::SessionsReview)
            && row.legal_review != LegalReview::NotNeeded)
}

/// Whether the caller is shown the agenda of this session.
#[must_use]
pub fn sees_agenda(scope: &Scope, row: &Session) -> bool {
    row.agenda_published_at.is_some() || sees_preparation(scope, row)
}

/// Whether the caller is told who takes part in this session without a seat. Members are, unless it
/// is held for legal review.
#[must_use]
pub fn sees_participants(scope: &Scope, row: &Session) -> bool {
    sees_preparation(scope, row)
        || (row.called_at.is_some() && row.legal_review != LegalReview::Pending)
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
