//! The event feed: what happened, in the order in which it was committed. A client keeps the id of
//! the last event it has and asks for what came after it.
//!
//! The feed follows the positions of the journal, so it skips nothing and repeats nothing, however
//! many write at once. The journal is never pruned: a client may come back after any time.

use actix_web::get;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::integrations::visibility;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Problem, Query, Reply};
use crate::kernel::id::{EventId, OrganizationId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::events::{self, dsl};

/// Entries of a page when the caller does not say.
const DEFAULT_LIMIT: i64 = 25;

/// Something that happened, as those may know who are not of the office.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "evt_01jz8k2m4n6p8q0r2s4t6v8w0x", "type": "registration.confirmed",
    "occurred_at": "2027-01-05T14:00:00Z", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "subject": {"kind": "registration", "id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 1},
    "marking": "official_use", "data": {"status": "confirmed"}
}))]
pub struct FeedEvent {
    /// Its id; the same in the feed, in the stream and in every delivery.
    pub id: EventId,
    /// What happened, as `<resource>.<past participle>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub occurred_at: Timestamp,
    /// Whose affair it is.
    pub organization_id: Option<OrganizationId>,
    /// What it is about.
    pub subject: FeedSubject,
    /// How widely it may be known.
    pub marking: Marking,
    /// What the office tells of it; depends on the type.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// What something happened to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeedSubject {
    /// The kind of resource.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version after the change.
    pub version: Option<i64>,
}

/// A part of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"data": [{
    "id": "evt_01jz8k2m4n6p8q0r2s4t6v8w0x", "type": "registration.confirmed",
    "occurred_at": "2027-01-05T14:00:00Z", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "subject": {"kind": "registration", "id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 1},
    "marking": "official_use", "data": {"status": "confirmed"}
}], "has_more": false}))]
pub struct FeedPage {
    /// The events, oldest first.
    pub data: Vec<FeedEvent>,
    /// Whether there is more now: ask again with the last id as `after`.
    pub has_more: bool,
}

/// Which events are wanted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    /// The id of the last event that the client has; from the beginning when not given.
    #[schema(nullable = false)]
    pub after: Option<EventId>,
    /// Events of one type, such as `briefing.published`.
    #[serde(rename = "type")]
    #[schema(nullable = false, max_length = 100, pattern = "^[a-z_]+\\.[a-z_]+$")]
    pub kind: Option<String>,
    /// Entries wanted, 25 when not given.
    #[schema(nullable = false, minimum = 1, maximum = 100, example = 25)]
    pub limit: Option<i64>,
}
crate::query_params!(FeedQuery);

/// A row of the journal, as far as it is told.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct FeedRow {
    /// Its id.
    pub id: EventId,
    kind: String,
    occurred_at: Timestamp,
    organization_id: Option<OrganizationId>,
    subject_kind: String,
    subject_id: String,
    subject_version: Option<i64>,
    marking: Marking,
    shared: Option<String>,
    position: Option<i64>,
}

impl FeedRow {
    /// Its place in the journal.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.position.unwrap_or_default()
    }
}

impl From<FeedRow> for FeedEvent {
    fn from(row: FeedRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            occurred_at: row.occurred_at,
            organization_id: row.organization_id,
            subject: FeedSubject {
                kind: row.subject_kind,
                id: row.subject_id,
                version: row.subject_version,
            },
            marking: row.marking,
            data: row
                .shared
                .and_then(|shared| serde_json::from_str(&shared).ok())
                .unwrap_or_else(|| serde_json::json!({})),
        }
    }
}

/// The next events that the caller may know of, after this position of the journal.
///
/// # Errors
///
/// When the database fails.
pub fn after(
    conn: &mut Connection,
    scope: &Scope,
    position: i64,
    kind: Option<&str>,
    limit: i64,
) -> Result<Vec<FeedRow>, Problem> {
    let mut found = visibility::visible(scope).filter(dsl::position.gt(position));
    if let Some(kind) = kind {
        found = found.filter(dsl::kind.eq(kind.to_owned()));
    }
    Ok(found
        .order(dsl::position)
        .limit(limit)
        .select(FeedRow::as_select())
        .load(conn)?)
}

/// The position of the event that the client has.
///
/// # Errors
///
/// 400 `invalid_cursor` when there is no such event.
pub fn position_of(conn: &mut Connection, id: &EventId) -> Result<i64, Problem> {
    let found: Option<Option<i64>> = dsl::events
        .filter(dsl::id.eq(id))
        .select(dsl::position)
        .first(conn)
        .optional()?;
    found.flatten().ok_or_else(|| {
        Problem::new(
            Code::InvalidCursor,
            "`after` must be the id of an event that the feed has given.",
        )
    })
}

/// Read the event feed
///
/// What happened to the records that you may read, in the order in which it was committed,
/// complete. Keep the last `id` and ask again with it as `after`. Events are kept as long as the
/// office's records, which is longer than the 30 days that are promised.
#[utoipa::path(
    tag = "Events",
    params(FeedQuery),
    responses((status = 200, description = "The next events.", body = FeedPage)),
    extensions(("x-permission" = json!("events:read")), ("x-problems" = json!(["invalid_cursor"]))),
)]
#[get("/v1/events")]
pub async fn list_events(
    access: Access<may::EventsRead>,
    Query(query): Query<FeedQuery>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let position = match &query.after {
                Some(id) => position_of(conn, id)?,
                None => 0,
            };
            let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
            let mut rows = after(conn, scope, position, query.kind.as_deref(), limit + 1)?;
            let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
            let has_more = rows.len() > wanted;
            rows.truncate(wanted);
            Reply::ok(&FeedPage {
                data: rows.into_iter().map(FeedEvent::from).collect(),
                has_more,
            })
        })
        .await
}
