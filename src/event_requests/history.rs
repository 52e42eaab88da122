//! The history of a request, told from the journal as a person would tell it.
//!
//! `SENTENCES` is the one list of what is told and to whom. Events that are not in it are told
//! to nobody.

use diesel::prelude::*;
use serde_json::Value;

use crate::event_requests::action_wire::{History, HistoryEntry};
use crate::event_requests::journal::SUBJECT;
use crate::event_requests::model::EventRequest;
use crate::event_requests::names::Names;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::events::dsl as table;

/// The most entries that a history tells: those that came first.
const LONGEST: i64 = 1000;

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// The office and the city.
    Both,
    /// The office.
    Office,
}
use Told::{Both, Office};

/// What happened, who is told, and in which words. `{who}` is whoever did it; other names stand for
/// members of the event.
const SENTENCES: &[(&str, Told, &str)] = &[
    ("event_request.created", Both, "{who} drafted the request."),
    ("event_request.updated", Both, "{who} changed the request."),
    (
        "event_request.submitted",
        Both,
        "{who} submitted the request as {reference}.",
    ),
    (
        "event_request.documents_requested",
        Both,
        "{who} asked for documents.{reason}",
    ),
    (
        "event_request.document_added",
        Both,
        "{who} added a document: {kind}, {filename}.",
    ),
    (
        "event_request.internal_document_added",
        Office,
        "{who} added a document for the office: {kind}, {filename}.",
    ),
    (
        "event_request.review_started",
        Both,
        "{who} began the review.",
    ),
    (
        "event_request.clearance_begun",
        Both,
        "{who} asked for the clearances that the request needs.",
    ),
    (
        "event_request.confirmed",
        Both,
        "{who} confirmed the request.",
    ),
    (
        "event_request.official_changed",
        Both,
        "{who} named another official.",
    ),
    (
        "event_request.declined",
        Both,
        "{who} declined the request.{reason}",
    ),
    (
        "event_request.substitute_offered",
        Both,
        "{who} offered a substitute.{reason}",
    ),
    (
        "event_request.substitute_accepted",
        Both,
        "{who} accepted the substitute.",
    ),
    (
        "event_request.withdrawn",
        Both,
        "{who} withdrew the request.{reason}",
    ),
    (
        "event_request.completed",
        Both,
        "{who} recorded that the event took place.",
    ),
    (
        "event_request.reported",
        Both,
        "{who} told how the event went.",
    ),
    ("event_request.comment_added", Both, "{who} commented."),
    (
        "event_request.note_added",
        Office,
        "{who} commented for the office.",
    ),
    (
        "event_request.claimed",
        Office,
        "{who} took the request in hand.",
    ),
    (
        "event_request.released",
        Office,
        "{who} put the request back.",
    ),
    (
        "event_request.assigned",
        Office,
        "{who} assigned the request.",
    ),
    (
        "event_request.overdue",
        Office,
        "The time for the decision ran out.",
    ),
    (
        "clearance.requested",
        Office,
        "{who} asked for clearance: {kind}.",
    ),
    (
        "clearance.cleared",
        Office,
        "{who} gave clearance: {kind}.{reason}",
    ),
    (
        "clearance.objected",
        Office,
        "{who} objected: {kind}.{reason}",
    ),
    (
        "clearance.waived",
        Office,
        "{who} waived a clearance: {kind}.{reason}",
    ),
    (
        "clearance.deemed_cleared",
        Office,
        "Nobody decided in time, so this clearance counts as given: {kind}.",
    ),
];

/// What followed from another step without anybody's taking it.
const BY_ITSELF: &[(&str, &str)] = &[
    (
        "event_request.documents_requested",
        "The request waits for its invitation letter.",
    ),
    (
        "event_request.review_started",
        "The awaited documents are in, and the review began.",
    ),
];

#[derive(Queryable)]
struct Row {
    kind: String,
    occurred_at: Timestamp,
    actor_kind: String,
    actor_id: Option<String>,
    payload: String,
}

/// The history of a request that the caller may read.
///
/// # Errors
///
/// When the database fails.
pub fn tell(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequest,
) -> Result<History, Problem> {
    let kinds: Vec<&str> = SENTENCES
        .iter()
        .filter(|(_, told, _)| scope.is_federal() || *told == Both)
        .map(|(kind, ..)| *kind)
        .collect();
    let markings: Vec<Marking> = scope.ceiling().up_to();
    let rows: Vec<Row> = table::events
        .filter(table::subject_id.eq(request.id.as_str()))
        .filter(table::subject_kind.eq(SUBJECT))
        .filter(table::kind.eq_any(kinds))
        .filter(table::marking.eq_any(markings))
        .order(table::sequence)
        .limit(LONGEST)
        .select((
            table::kind,
            table::occurred_at,
            table::actor_kind,
            table::actor_id,
            table::payload,
        ))
        .load(conn)?;
    let actors = rows
        .iter()
        .filter_map(|row| Some((row.actor_kind.as_str(), row.actor_id.as_deref()?)));
    let names = Names::read(conn, scope, request, actors)?;
    let data = rows
        .into_iter()
        .map(|row| {
            let who = names.of(&row.actor_kind, row.actor_id.as_deref());
            HistoryEntry {
                at: row.occurred_at,
                text: sentence(&row, &who),
                kind: row.kind,
                who,
            }
        })
        .collect();
    Ok(History { data })
}

fn sentence(row: &Row, who: &str) -> String {
    let payload: Value = serde_json::from_str(&row.payload).unwrap_or_default();
    let by_itself = BY_ITSELF
        .iter()
        .filter(|_| payload.get("by_itself") == Some(&Value::Bool(true)))
        .find(|(kind, _)| *kind == row.kind)
        .map(|(_, words)| *words);
    let words = by_itself.or_else(|| {
        SENTENCES
            .iter()
            .find(|(kind, ..)| *kind == row.kind)
            .map(|(_, _, words)| *words)
    });
    let words = words.unwrap_or_default();
    let member = |name: &str| {
        payload
            .get(name)
            .or_else(|| payload.pointer(&format!("/after/{name}")))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let reason = match member("reason") {
        reason if reason.is_empty() => reason,
        reason => format!(" “{reason}”"),
    };
    words
        .replace("{who}", who)
        .replace("{reason}", &reason)
        .replace("{reference}", &member("reference"))
        .replace("{kind}", &member("kind").replace('_', " "))
        .replace("{filename}", &member("filename"))
}
