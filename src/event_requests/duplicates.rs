//! Requests that may be about one event. They are flagged for people and never merged.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::event_requests::rules;
use crate::event_requests::visible::visible_of;
use crate::kernel::access::Scope;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::EventRequestId;
use crate::schema::event_request_duplicates::dsl as pairs;
use crate::schema::event_requests::dsl as requests;

/// How many requests near in time are compared, at most.
const COMPARED: i64 = 200;

/// Flags the requests that may be about the same event as this one, in place of what was flagged.
///
/// # Errors
///
/// When the database fails.
pub fn flag(tx: &mut Tx<'_>, request: &EventRequest) -> Result<(), Problem> {
    unflag(tx, &request.id)?;
    let (from, until) = rules::nearness(request);
    let near: Vec<EventRequest> = requests::event_requests
        .filter(requests::organization_id.eq(&request.organization_id))
        .filter(requests::is_sandbox.eq(request.is_sandbox))
        .filter(requests::starts_at.between(from, until))
        .filter(requests::id.ne(&request.id))
        .filter(requests::status.ne_all([RequestStatus::Withdrawn, RequestStatus::Declined]))
        .order(requests::id)
        .limit(COMPARED)
        .select(EventRequest::as_select())
        .load(tx.conn)?;
    for other in near
        .iter()
        .filter(|other| rules::may_be_duplicates(request, other))
    {
        for (one, other) in [(&request.id, &other.id), (&other.id, &request.id)] {
            let inserted = tx.savepoint(|tx| {
                diesel::insert_into(pairs::event_request_duplicates)
                    .values((pairs::request_id.eq(one), pairs::other_id.eq(other)))
                    .execute(tx.conn)
            });
            match inserted {
                // Whoever changed the other request meanwhile has flagged the two already.
                Ok(_) | Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Takes the flags off a request.
///
/// # Errors
///
/// When the database fails.
pub fn unflag(tx: &mut Tx<'_>, id: &EventRequestId) -> Result<(), Problem> {
    diesel::delete(
        pairs::event_request_duplicates.filter(pairs::request_id.eq(id).or(pairs::other_id.eq(id))),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// The flags of these requests, in two queries, as far as the caller may see what they point to.
///
/// # Errors
///
/// When the database fails.
pub fn of(
    conn: &mut Connection,
    scope: &Scope,
    ids: &[EventRequestId],
) -> Result<HashMap<EventRequestId, Vec<EventRequestId>>, Problem> {
    let rows: Vec<(EventRequestId, EventRequestId)> = pairs::event_request_duplicates
        .filter(pairs::request_id.eq_any(ids.to_vec()))
        .order((pairs::request_id, pairs::other_id))
        .select((pairs::request_id, pairs::other_id))
        .load(conn)?;
    let others = rows.iter().map(|(_, other)| other.clone()).collect();
    let visible = visible_of(conn, scope, others)?;
    let mut found: HashMap<EventRequestId, Vec<EventRequestId>> = HashMap::new();
    for (request, other) in rows
        .into_iter()
        .filter(|(_, other)| visible.contains(other))
    {
        found.entry(request).or_default().push(other);
    }
    Ok(found)
}
