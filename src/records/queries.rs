//! Reading the journal, in the order of positions.

use diesel::prelude::*;

use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{EventId, OrganizationId};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::records::wire::{AuditEvent, AuditQuery, AuditSort, EventActor, EventSubject};
use crate::schema::events::{self, dsl};

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: EventId,
    kind: String,
    occurred_at: Timestamp,
    actor_kind: String,
    actor_id: Option<String>,
    organization_id: Option<OrganizationId>,
    subject_kind: String,
    subject_id: String,
    subject_version: Option<i64>,
    marking: Marking,
    payload: String,
    request_id: String,
    position: Option<i64>,
    hash: Option<String>,
}

impl From<Row> for AuditEvent {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            position: row.position.unwrap_or_default(),
            kind: row.kind,
            occurred_at: row.occurred_at,
            actor: EventActor {
                kind: row.actor_kind,
                id: row.actor_id,
            },
            organization_id: row.organization_id,
            subject: EventSubject {
                kind: row.subject_kind,
                id: row.subject_id,
                version: row.subject_version,
            },
            marking: row.marking,
            payload: serde_json::from_str(&row.payload).unwrap_or_default(),
            request_id: row.request_id,
            hash: row.hash.unwrap_or_default(),
        }
    }
}

fn filtered(query: &AuditQuery) -> events::BoxedQuery<'static, Backend> {
    let mut found = events::table
        .filter(dsl::position.is_not_null())
        .into_boxed();
    if let Some(kind) = &query.kind {
        found = found.filter(dsl::kind.eq(kind.clone()));
    }
    if let Some(actor) = &query.actor_id {
        found = found.filter(dsl::actor_id.eq(actor.clone()));
    }
    if let Some(subject) = &query.subject_id {
        found = found.filter(dsl::subject_id.eq(subject.clone()));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of the journal.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    query: &AuditQuery,
) -> Result<Page<AuditEvent>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(query), dsl::position, dsl::id,
        descending: query.sort == Some(AuditSort::PositionDescending),
        after: request.after_as::<i64>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (
            row.position.unwrap_or_default().to_string(),
            row.id.to_string(),
        )
    });
    Ok(page.map(AuditEvent::from))
}
