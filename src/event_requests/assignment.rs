//! Who of the office has a request in hand, and which official is to come.

use serde_json::json;

use crate::event_requests::action_wire::Assignment;
use crate::event_requests::aggregate::{acquire, store};
use crate::event_requests::journal;
use crate::event_requests::model::EventRequest;
use crate::event_requests::represent;
use crate::event_requests::settings::Settings;
use crate::event_requests::transitions::expect_briefer;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{EventRequestId, UserId};
use crate::kernel::patch::Patch;

fn acquire_assignable(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
) -> Result<Locked<EventRequest>, Problem> {
    let stored = acquire(tx, scope, settings, id, Permission::RequestsTriage)?;
    stored.expect(if_match)?;
    if stored.status.is_assignable() {
        return Ok(stored);
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Nobody takes a request in hand while its state is `{}`.",
            stored.status
        ),
    )
    .with("state", stored.status.as_str())
    .with(
        "allowed_actions",
        represent::allowed_actions(&stored, scope),
    ))
}

fn finish(
    tx: &mut Tx<'_>,
    settings: &Settings,
    stored: &Locked<EventRequest>,
    row: EventRequest,
    kind: &'static str,
) -> Result<EventRequest, Problem> {
    let row = store(tx, settings, stored, row)?;
    tx.record(journal::internal(kind, &row).payload(json!({
        "before": journal::summary(stored),
        "after": journal::summary(&row),
    })))?;
    Ok(row)
}

/// Takes a request in hand. Of two who try at once, one has it.
///
/// # Errors
///
/// 404; 409 when somebody has it; 412.
pub fn claim_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
) -> Result<EventRequest, Problem> {
    let stored = acquire_assignable(tx, scope, settings, id, if_match)?;
    let (me, _) = scope.person()?;
    if let Some(holder) = &stored.assignee_id {
        return Err(
            Problem::new(Code::Conflict, "Somebody has this request in hand.")
                .with("assignee_id", holder.as_str()),
        );
    }
    let mut row = stored.clone();
    row.assignee_id = Some(me.clone());
    finish(tx, settings, &stored, row, "event_request.claimed")
}

/// Puts a request back for others to take.
///
/// # Errors
///
/// 404; 409 when nobody has it; 412.
pub fn release_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
) -> Result<EventRequest, Problem> {
    let stored = acquire_assignable(tx, scope, settings, id, if_match)?;
    if stored.assignee_id.is_none() {
        return Err(Problem::new(
            Code::Conflict,
            "Nobody has this request in hand.",
        ));
    }
    let mut row = stored.clone();
    row.assignee_id = None;
    finish(tx, settings, &stored, row, "event_request.released")
}

/// Gives a request into somebody's hands, or names the official who is to come.
///
/// # Errors
///
/// 404; 409 when it is over; 412; 422 with every broken rule.
pub fn assign_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
    input: &Assignment,
) -> Result<EventRequest, Problem> {
    let stored = acquire_assignable(tx, scope, settings, id, if_match)?;
    let mut row = stored.clone();
    if let Some(user) = input.assignee_id.value() {
        expect_desk_officer(tx, user)?;
    }
    if let Some(official) = input.official_id.value() {
        expect_briefer(tx, official)?;
    }
    let is_named = stored.status.names_official();
    if is_named && matches!(input.official_id, Patch::Clear) {
        let mut faults = Faults::default();
        faults.add(
            "/official_id",
            "required",
            "can be another, but not nobody, once the request is confirmed",
        );
        faults.finish()?;
    }
    input.assignee_id.clone().apply(&mut row.assignee_id);
    input.official_id.clone().apply(&mut row.official_id);
    let is_news = is_named && row.official_id != stored.official_id;
    let row = finish(tx, settings, &stored, row, "event_request.assigned")?;
    if is_news {
        tx.record(journal::shared("event_request.official_changed", &row))?;
    }
    Ok(row)
}

/// Only those who may triage take a request in hand.
fn expect_desk_officer(tx: &mut Tx<'_>, id: &UserId) -> Result<(), Problem> {
    let permission = Permission::RequestsTriage;
    let may = identity::queries::is_staff_with(tx.conn, id, permission, tx.now)?;
    let mut faults = Faults::default();
    faults.require(
        may,
        "/assignee_id",
        "unknown_reference",
        "names nobody of the office who triages requests",
    );
    faults.finish()
}
