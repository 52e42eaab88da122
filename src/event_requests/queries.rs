//! Lists of event requests and the work queues.

use diesel::prelude::*;

use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest as Row;
use crate::event_requests::represent::represent;
use crate::event_requests::visible::{Boxed, visible};
use crate::event_requests::wire::{EventRequest, RequestQuery, RequestSort, WorkQueue};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Page, PageRequest, Problem};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{event_request_clocks, event_requests};

/// How long before its time a decision is due soon, in seconds: three days.
const SOON: i64 = 3 * 24 * 3600;

fn filtered(scope: &Scope, query: &RequestQuery, now: Timestamp) -> Boxed {
    let mut found = visible(scope);
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                event_requests::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(event_requests::status.eq(status));
    }
    if let Some(kind) = query.request_type {
        found = found.filter(event_requests::request_type.eq(kind));
    }
    if let Some(marking) = query.marking {
        found = found.filter(event_requests::marking.eq(marking));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(event_requests::organization_id.eq(organization.clone()));
    }
    if let Some(reference) = &query.reference {
        found = found.filter(event_requests::reference.eq(reference.clone()));
    }
    if let Some(external_ref) = &query.external_ref {
        found = found.filter(event_requests::external_ref.eq(external_ref.clone()));
    }
    if let Some(from) = query.starts_from {
        found = found.filter(event_requests::starts_at.ge(from));
    }
    if let Some(before) = query.starts_before {
        found = found.filter(event_requests::starts_at.lt(before));
    }
    match query.queue {
        Some(queue) => queued(found, scope, queue, now),
        None => found,
    }
}

fn queued(found: Boxed, scope: &Scope, queue: WorkQueue, now: Timestamp) -> Boxed {
    match queue {
        WorkQueue::Mine => found
            .filter(event_requests::assignee_id.eq(scope.user().cloned()))
            .filter(
                event_requests::status
                    .eq_any(RequestStatus::OPEN)
                    .or(event_requests::status.eq(RequestStatus::Confirmed)),
            ),
        WorkQueue::Unclaimed => found
            .filter(event_requests::assignee_id.is_null())
            .filter(event_requests::status.eq_any(RequestStatus::OPEN)),
        WorkQueue::DueSoon => found.filter(
            event_requests::id.eq_any(
                event_request_clocks::table
                    .filter(event_request_clocks::due_at.gt(now))
                    .filter(event_request_clocks::due_at.le(now.plus_seconds(SOON)))
                    .select(event_request_clocks::request_id),
            ),
        ),
        WorkQueue::Overdue => found.filter(
            event_requests::id.eq_any(
                event_request_clocks::table
                    .filter(event_request_clocks::due_at.le(now))
                    .select(event_request_clocks::request_id),
            ),
        ),
        WorkQueue::WaitingForCity => {
            found.filter(event_requests::status.eq_any(RequestStatus::WAITING_FOR_CITY))
        }
    }
}

/// How many requests each work queue of the caller holds: one query a queue.
///
/// # Errors
///
/// When the database fails.
pub fn count_queues(
    conn: &mut Connection,
    scope: &Scope,
    now: Timestamp,
) -> Result<Vec<(WorkQueue, i64)>, Problem> {
    WorkQueue::ALL
        .iter()
        .map(|queue| {
            let count = queued(visible(scope), scope, *queue, now)
                .count()
                .get_result(conn)?;
            Ok((*queue, count))
        })
        .collect()
}

/// A page of the requests that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list; 403 for a work queue when the caller has none.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &RequestQuery,
    now: Timestamp,
) -> Result<Page<EventRequest>, Problem> {
    if query.queue.is_some() && !scope.can(Permission::WorkQueuesRead) {
        return Err(
            Problem::new(Code::Forbidden, "Work queues are for the office's staff.")
                .with("permission", Permission::WorkQueuesRead.as_str()),
        );
    }
    let request = PageRequest::of(keyring, query)?;
    let sort = query.sort.unwrap_or(RequestSort::CreatedAtDescending);
    let after = request.after_as::<Timestamp>()?;
    let base = || filtered(scope, query, now);
    let ordered = match sort {
        RequestSort::CreatedAt | RequestSort::CreatedAtDescending => crate::seek!(
            base(), event_requests::created_at, event_requests::id,
            descending: sort == RequestSort::CreatedAtDescending, after: after
        ),
        RequestSort::StartsAt | RequestSort::StartsAtDescending => crate::seek!(
            base(), event_requests::starts_at, event_requests::id,
            descending: sort == RequestSort::StartsAtDescending, after: after
        ),
    };
    let rows: Vec<Row> = ordered
        .limit(request.rows_to_read())
        .select(Row::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        let key = match sort {
            RequestSort::CreatedAt | RequestSort::CreatedAtDescending => row.created_at,
            RequestSort::StartsAt | RequestSort::StartsAtDescending => row.starts_at,
        };
        (key.to_string(), row.id.to_string())
    });
    let shown = represent(conn, scope, &page.data, query.expand, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}
