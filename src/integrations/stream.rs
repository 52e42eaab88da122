//! The live stream: the feed as server-sent events, for clients that want to know at once.
//!
//! A stream reads no further than a page ahead of its client. It asks again at least once a second
//! who its client is and what they may know, and ends when the answer is no longer good, when the
//! service stops, and after an hour: clients then come back with `Last-Event-ID`.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder, get};
use actix_web_lab::sse;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::identity::authenticate;
use crate::integrations::Integrations;
use crate::integrations::feed::{self, FeedEvent, FeedRow};
use crate::kernel::Kernel;
use crate::kernel::access::{Access, Authentication, Permission, Scope, may};
use crate::kernel::http::{Code, Problem, Query};
use crate::kernel::id::EventId;
use crate::kernel::journal::chain;

/// Events read at a time.
const PAGE: i64 = 50;

/// How long an answer about the caller is acted on; looking again asks a cache of half a second.
const CHECKED_FOR: Duration = Duration::from_millis(400);

/// How long a stream lasts at most.
const LASTS: Duration = Duration::from_secs(3600);

/// How often a silent stream says that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long clients are asked to wait before they connect again.
const RETRY: Duration = Duration::from_secs(2);

/// Streams that one caller may hold in this process.
const PER_CALLER: usize = 20;

/// The streams that are open, by caller.
#[derive(Clone, Default)]
pub struct OpenStreams(Arc<Mutex<HashMap<String, usize>>>);

/// One caller's open stream, counted until it is dropped.
struct Slot {
    open: OpenStreams,
    caller: String,
}

impl OpenStreams {
    fn enter(&self, scope: &Scope) -> Result<Slot, Problem> {
        let actor = scope.actor();
        let caller = format!("{}:{}", actor.kind(), actor.id().unwrap_or_default());
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(caller.clone()).or_default();
        if *count >= PER_CALLER {
            return Err(Problem::new(
                Code::TooManyRequests,
                format!("You have {PER_CALLER} streams open; close one first."),
            )
            .retry_after(KEEP_ALIVE.as_secs()));
        }
        *count += 1;
        drop(open);
        Ok(Slot {
            open: self.clone(),
            caller,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
    }
}

/// Where the stream begins and which events it has.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// The id of the last event that the client has; from now on when not given. `Last-Event-ID`
    /// is stronger.
    #[schema(nullable = false)]
    pub after: Option<EventId>,
    /// Events of one type, such as `briefing.published`.
    #[serde(rename = "type")]
    #[schema(nullable = false, max_length = 100, pattern = "^[a-z_]+\\.[a-z_]+$")]
    pub kind: Option<String>,
}
crate::query_params!(StreamQuery);

/// Follow the event feed live
///
/// Server-sent events: `id` is the event's id, `event` its type, `data` the same JSON as an entry
/// of `/v1/events`. The stream ends when your credentials do, when the service stops, and after an
/// hour; connect again with `Last-Event-ID` and nothing is missed.
#[utoipa::path(
    tag = "Events",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<EventId>, Header, description = "The id of the last event that the client has."),
    ),
    responses((
        status = 200, description = "Events as they happen, without end.", body = String, content_type = "text/event-stream",
        example = json!("id: evt_01jz8k2m4n6p8q0r2s4t6v8w0x\nevent: registration.confirmed\ndata: {\"id\":\"evt_01jz8k2m4n6p8q0r2s4t6v8w0x\"}\n\n"),
    )),
    extensions(("x-permission" = json!("events:read")), ("x-problems" = json!(["invalid_cursor"]))),
)]
#[get("/v1/events/stream")]
pub async fn stream_events(
    access: Access<may::EventsRead>,
    Query(query): Query<StreamQuery>,
    integrations: Data<Integrations>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let after = last_event_id(&request)?.or(query.after);
    let slot = integrations.streams.enter(access.scope())?;
    let kernel = access.kernel().clone();
    // Before the position is read: what comes after that is noticed.
    let positions = kernel.positions.subscribe();
    let position = access
        .read(move |conn, _| match &after {
            Some(id) => feed::position_of(conn, id),
            None => chain::last_position(conn),
        })
        .await?;
    let follower = Follower {
        stopping: kernel.stopping.subscribe(),
        positions,
        kernel,
        request: request.clone(),
        kind: query.kind,
        position,
        page: VecDeque::new(),
        read_at: Instant::now(),
        began: Instant::now(),
        _slot: slot,
    };
    let mut response = sse::Sse::from_stream(events(follower))
        .with_keep_alive(KEEP_ALIVE)
        .with_retry_duration(RETRY)
        .respond_to(&request);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that collect an answer before they pass it on would collect for ever.
    headers.insert(
        header::HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

fn last_event_id(request: &HttpRequest) -> Result<Option<EventId>, Problem> {
    let Some(value) = request.headers().get("Last-Event-ID") else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok());
    parsed.map(Some).ok_or_else(|| {
        Problem::new(
            Code::InvalidCursor,
            "Last-Event-ID must be the id of an event that the feed has given.",
        )
    })
}

/// One client's place in the feed.
struct Follower {
    kernel: Kernel,
    request: HttpRequest,
    kind: Option<String>,
    /// Everything up to here was sent, or is not for this caller.
    position: i64,
    page: VecDeque<FeedRow>,
    read_at: Instant,
    began: Instant,
    positions: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
    _slot: Slot,
}

fn events(follower: Follower) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(follower, |mut follower| async move {
        let row = follower.next().await?;
        Some((Ok(told(row)), follower))
    })
}

fn told(row: FeedRow) -> sse::Event {
    let event = FeedEvent::from(row);
    let data = serde_json::to_string(&event).unwrap_or_default();
    sse::Data::new(data)
        .id(event.id.to_string())
        .event(event.kind)
        .into()
}

impl Follower {
    /// The next event; `None` when the stream is to end.
    async fn next(&mut self) -> Option<FeedRow> {
        loop {
            if *self.stopping.borrow() || self.began.elapsed() > LASTS {
                return None;
            }
            // What was read for a client that is slow to take it may no longer be for it.
            if self.read_at.elapsed() > CHECKED_FOR {
                self.page.clear();
            }
            if let Some(row) = self.page.pop_front() {
                self.position = row.position();
                return Some(row);
            }
            let scope = self.scope().await?;
            let now_known = *self.positions.borrow_and_update();
            if now_known > self.position {
                self.read(scope, now_known).await;
                if !self.page.is_empty() {
                    continue;
                }
            }
            tokio::select! {
                _ = self.positions.changed() => {}
                _ = self.stopping.changed() => {}
                () = tokio::time::sleep(CHECKED_FOR) => {}
            }
        }
    }

    /// What the caller may know now; `None` when the credentials are no longer good.
    async fn scope(&self) -> Option<Scope> {
        match authenticate::look(&self.request).await {
            Some(Authentication::Accepted(principal)) => {
                Some(Scope(Some(principal))).filter(|scope| scope.can(Permission::EventsRead))
            }
            _ => None,
        }
    }

    async fn read(&mut self, scope: Scope, now_known: i64) {
        let (position, kind) = (self.position, self.kind.clone());
        let rows = self
            .kernel
            .db
            .read(move |conn| feed::after(conn, &scope, position, kind.as_deref(), PAGE))
            .await;
        match rows {
            Ok(rows) => {
                if rows.is_empty() {
                    self.position = self.position.max(now_known);
                }
                self.page.extend(rows);
                self.read_at = Instant::now();
            }
            // The client waits; it is tried again with the next look.
            Err(problem) => tracing::debug!(%problem, "the feed could not be read"),
        }
    }
}
