//! What an event is, and writing it.

use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::{EventId, OrganizationId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::events::{self, dsl as table};

/// What an event is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The kind of resource, such as `briefing`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its version after the change.
    pub version: Option<i64>,
}

/// Something that happened, named `<resource>.<past participle>`.
#[derive(Debug, Clone)]
pub struct Event {
    kind: &'static str,
    subject: Subject,
    organization: Option<OrganizationId>,
    marking: Marking,
    payload: Value,
    shared: Option<Value>,
}

impl Event {
    /// An event of this kind about this subject.
    #[must_use]
    pub fn new(kind: &'static str, subject: Subject) -> Self {
        Self {
            kind,
            subject,
            organization: None,
            marking: Marking::OfficialUse,
            payload: Value::Object(serde_json::Map::new()),
            shared: None,
        }
    }

    /// Names the organization whose affair it is.
    #[must_use]
    pub fn organization(mut self, organization: Option<&OrganizationId>) -> Self {
        self.organization = organization.cloned();
        self
    }

    /// Sets the marking; official use when not set.
    #[must_use]
    pub const fn marking(mut self, marking: Marking) -> Self {
        self.marking = marking;
        self
    }

    /// Says what changed. Secrets and access data never belong here.
    #[must_use]
    pub fn payload(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }

    /// Says what the event feed and webhooks tell those who may see the subject. Without it the
    /// event is the office's own and is told to nobody else. It is stored as it is and shown for
    /// years: nothing belongs here that the organization might later not be allowed to know, such
    /// as the name of an official.
    #[must_use]
    pub fn shared(mut self, shared: Value) -> Self {
        self.shared = Some(shared);
        self
    }
}

#[derive(Insertable)]
#[diesel(table_name = events)]
struct Row {
    id: EventId,
    kind: &'static str,
    occurred_at: Timestamp,
    actor_kind: &'static str,
    actor_id: Option<String>,
    organization_id: Option<OrganizationId>,
    subject_kind: &'static str,
    subject_id: String,
    subject_version: Option<i64>,
    marking: Marking,
    payload: String,
    request_id: String,
    shared: Option<String>,
}

/// Rows that one statement inserts, at most.
const INSERT: usize = 500;

/// Writes many events in the transaction `tx`, in this order, in few statements.
///
/// # Errors
///
/// When the database fails.
pub fn record_all(tx: &mut Tx<'_>, events: Vec<Event>) -> Result<(), Problem> {
    let context = tx.context().clone();
    let now = tx.now;
    let rows: Vec<Row> = events
        .into_iter()
        .map(|event| Row {
            id: EventId::fresh(),
            kind: event.kind,
            occurred_at: now,
            actor_kind: context.actor.kind(),
            actor_id: context.actor.id().map(str::to_owned),
            organization_id: event.organization,
            subject_kind: event.subject.kind,
            subject_id: event.subject.id,
            subject_version: event.subject.version,
            marking: event.marking,
            payload: event.payload.to_string(),
            request_id: context.request.request_id.clone(),
            shared: event.shared.map(|shared| shared.to_string()),
        })
        .collect();
    for rows in rows.chunks(INSERT) {
        crate::insert_all!(tx.conn, events::table, rows)?;
    }
    Ok(())
}

/// Writes `event` in the transaction `tx`.
///
/// # Errors
///
/// When the database fails.
pub fn record(tx: &mut Tx<'_>, event: Event) -> Result<(), Problem> {
    let context = tx.context().clone();
    diesel::insert_into(table::events)
        .values((
            table::id.eq(EventId::fresh()),
            table::kind.eq(event.kind),
            table::occurred_at.eq(tx.now),
            table::actor_kind.eq(context.actor.kind()),
            table::actor_id.eq(context.actor.id()),
            table::organization_id.eq(event.organization),
            table::subject_kind.eq(event.subject.kind),
            table::subject_id.eq(event.subject.id),
            table::subject_version.eq(event.subject.version),
            table::marking.eq(event.marking),
            table::payload.eq(event.payload.to_string()),
            table::request_id.eq(context.request.request_id),
            table::shared.eq(event.shared.map(|shared| shared.to_string())),
        ))
        .execute(tx.conn)?;
    Ok(())
}
