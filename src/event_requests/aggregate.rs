//! A request as a whole: locked before it is read for a change, and stored under the version that
//! was read.

use diesel::prelude::*;
use diesel::result::Error;

use crate::event_requests::clearances::turns::settle_deemed;
use crate::event_requests::clock;
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::find;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::EventRequestId;
use crate::schema::event_requests;

/// Locks a request that exists for the caller, who may do this with it, after whatever was due by
/// now has happened.
///
/// # Errors
///
/// 403; 404.
pub fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    permission: Permission,
) -> Result<Locked<EventRequest>, Problem> {
    let found = find(tx.conn, scope, id)?;
    scope.expect(permission, &found.organization_id)?;
    let locked = Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    // It may have been hidden from the caller while the lock was waited for.
    find(tx.conn, scope, id)?;
    settle_deemed(tx, settings, &locked)?;
    Ok(locked)
}

/// Stores a changed request, with its clock where its new state says.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    settings: &Settings,
    stored: &Locked<EventRequest>,
    mut row: EventRequest,
) -> Result<EventRequest, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    write(tx, stored, &row)?;
    if row.status != stored.status
        && let Some(mut clock) = clock::load(tx.conn, &row.id)?
    {
        clock.follow(row.status.clock(), &settings.calendar, tx.now);
        clock::store(tx, &clock)?;
    }
    Ok(row)
}

/// Stores a changed row, in a savepoint: a constraint that it violates leaves the transaction usable.
///
/// # Errors
///
/// When the database fails.
pub fn write(tx: &mut Tx<'_>, stored: &EventRequest, row: &EventRequest) -> Result<usize, Error> {
    tx.savepoint(|tx| {
        diesel::update(
            event_requests::table
                .filter(event_requests::id.eq(&row.id))
                .filter(event_requests::version.eq(stored.version)),
        )
        .set(row)
        .execute(tx.conn)
    })
}
