//! An application as a whole: its call is locked first, then the application, and it is stored
//! under the version that was read.

use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::ApplicationId;
use crate::kernel::journal::{Event, Subject};
use crate::programs::applications::model::Application;
use crate::programs::applications::visible::find;
use crate::programs::calls;
use crate::programs::calls::model::Call;
use crate::schema::applications;

/// The kind of subject, in the journal. Everything that happens to an application, its assignments
/// and reviews included, is about this subject: so what hides the application hides it too.
pub const SUBJECT: &str = "application";

/// An event of the office's own: the host is not told.
#[must_use]
pub fn internal(kind: &'static str, application: &Application) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: application.id.to_string(),
            version: Some(application.version),
        },
    )
    .organization(Some(&application.organization_id))
}

/// An event that the host's own systems are told of.
#[must_use]
pub fn shared(kind: &'static str, application: &Application, call: &Call) -> Event {
    internal(kind, application).shared(json!({
        "id": application.id,
        "call_id": application.call_id,
        "status": application.status.as_told(call.status),
        "version": application.version,
    }))
}

/// What the journal keeps of an application; the answers are left out.
#[must_use]
pub fn summary(application: &Application) -> Value {
    json!({
        "title": application.title,
        "status": application.status,
        "form_version": application.form_version,
        "reserve_rank": application.reserve_rank,
        "reason": application.reason,
    })
}

/// Locks the call and the application, which exists for the caller, who may do this with it.
///
/// # Errors
///
/// 403; 404.
pub fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    permission: Permission,
) -> Result<(Locked<Call>, Locked<Application>), Problem> {
    let found = find(tx.conn, scope, id)?;
    scope.expect(permission, &found.organization_id)?;
    let call = calls::aggregate::acquire(tx, &found.call_id)?;
    let locked = Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    // It may have been hidden from the caller while the lock was waited for.
    find(tx.conn, scope, id)?;
    Ok((call, locked))
}

/// Stores a changed application.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Application>,
    mut row: Application,
) -> Result<Application, Error> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    tx.savepoint(|tx| {
        diesel::update(
            applications::table
                .filter(applications::id.eq(&row.id))
                .filter(applications::version.eq(stored.version)),
        )
        .set(&row)
        .execute(tx.conn)
    })?;
    Ok(row)
}
