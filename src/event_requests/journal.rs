//! What the journal is told of event requests, and who else is.

use serde_json::{Value, json};

use crate::event_requests::model::EventRequest;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "event_request";

/// An event of the office's own: the audit trail keeps it, and the city is not told.
#[must_use]
pub fn internal(kind: &'static str, request: &EventRequest) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: request.id.to_string(),
            version: Some(request.version),
        },
    )
    .organization(Some(&request.organization_id))
    .marking(request.marking)
}

/// An event that the city's system is told of. It says where the request stands and nothing that
/// could change: who comes is read from the request itself, as long as it may be known.
#[must_use]
pub fn shared(kind: &'static str, request: &EventRequest) -> Event {
    let event = internal(kind, request);
    // What happens in the sandbox is told to nobody.
    if request.is_sandbox {
        return event;
    }
    event.shared(json!({
        "id": request.id,
        "reference": request.reference,
        "external_ref": request.external_ref,
        "status": request.status,
        "version": request.version,
    }))
}

/// As [`shared`], about a part of the request that may have a narrower marking and be the office's
/// own.
#[must_use]
pub fn part(
    kind: &'static str,
    request: &EventRequest,
    is_shared: bool,
    marking: Marking,
) -> Event {
    let event = if is_shared {
        shared(kind, request)
    } else {
        internal(kind, request)
    };
    event.marking(request.marking.max(marking))
}

/// What the journal keeps of a request; notes and the form are left out.
#[must_use]
pub fn summary(request: &EventRequest) -> Value {
    json!({
        "reference": request.reference,
        "title": request.title,
        "status": request.status,
        "marking": request.marking,
        "starts_at": request.zoned(request.starts_at),
        "ends_at": request.zoned(request.ends_at),
        "assignee_id": request.assignee_id,
        "official_id": request.official_id,
        "sandbox": request.is_sandbox,
    })
}
