//! Which event requests exist for a caller. Every read goes through [`visible`].

use std::collections::HashSet;

use diesel::prelude::*;

use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::EventRequestId;
use crate::kernel::marking::Marking;
use crate::schema::event_requests;

/// A query over event requests, with its conditions so far.
pub type Boxed = event_requests::BoxedQuery<'static, Backend>;

/// The requests that exist for this caller: those of the sandbox for a sandbox key and the others
/// for everyone else; within the caller's marking; a city's own for the city; for the office all
/// that were submitted, and the drafts that the caller wrote.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let mut found = event_requests::table
        .filter(event_requests::is_sandbox.eq(scope.is_sandbox()))
        .into_boxed();
    let ceiling = scope.ceiling();
    if ceiling != Marking::Cui {
        found = found.filter(event_requests::marking.eq_any(ceiling.up_to()));
    }
    if scope.oversees(Permission::RequestsRead) {
        let me = scope.user().map(ToString::to_string).unwrap_or_default();
        return found.filter(
            event_requests::status
                .ne(RequestStatus::Draft)
                .or(event_requests::created_by_id.eq(me)),
        );
    }
    let homes = scope.homes_with(Permission::RequestsRead);
    found.filter(event_requests::organization_id.eq_any(homes))
}

/// Those of these requests that exist for the caller.
///
/// # Errors
///
/// When the database fails.
pub fn visible_of(
    conn: &mut Connection,
    scope: &Scope,
    ids: Vec<EventRequestId>,
) -> Result<HashSet<EventRequestId>, Problem> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<EventRequestId> = visible(scope)
        .filter(event_requests::id.eq_any(ids))
        .select(event_requests::id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// The request with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &EventRequestId,
) -> Result<EventRequest, Problem> {
    let found = visible(scope)
        .filter(event_requests::id.eq(id.clone()))
        .select(EventRequest::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<EventRequestId> = event_requests::table
        .filter(event_requests::id.eq(id))
        .select(event_requests::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("event_request", id.as_str()),
        None => Problem::not_found(),
    })
}

/// Whether the caller belongs to the side that asks, or wrote the request down for it.
#[must_use]
pub fn is_of_the_asking_side(row: &EventRequest, scope: &Scope) -> bool {
    row.is_written_by(&scope.actor())
        || scope
            .homes()
            .iter()
            .any(|home| home.organization_id == row.organization_id)
}
