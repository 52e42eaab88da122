//! Taking an event request through its life cycle.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::directory::briefers;
use crate::event_requests::action_wire::{DocumentDemand, ReportInput, SubstituteOffer};
use crate::event_requests::aggregate::{acquire, store};
use crate::event_requests::clearances::queries as clearances;
use crate::event_requests::clearances::turns;
use crate::event_requests::clock::{self, ReviewClock};
use crate::event_requests::documents::queries as documents;
use crate::event_requests::lifecycle::{LIFECYCLE, RequestAction, RequestStatus};
use crate::event_requests::model::EventRequest;
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::is_of_the_asking_side;
use crate::event_requests::{journal, rules, series};
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{BrieferId, EventRequestId};
use crate::kernel::text;
use crate::schema::event_request_reports;

/// A step, with what is said with it.
#[derive(Debug, Clone)]
pub enum Step {
    /// Hand it to the office.
    Submit,
    /// Ask the city for documents.
    RequestDocuments(DocumentDemand),
    /// Begin to examine it.
    StartReview,
    /// Ask for the clearances it needs.
    BeginClearance,
    /// Commit the office to it.
    Confirm,
    /// Refuse it, and why.
    Decline(String),
    /// Offer something else.
    OfferSubstitute(SubstituteOffer),
    /// Take what was offered.
    AcceptSubstitute,
    /// Call it off, and why.
    Withdraw(String),
    /// Record that the event took place.
    Complete,
    /// Write it up.
    Report(ReportInput),
}

impl Step {
    /// The action, as the life cycle names it.
    #[must_use]
    pub const fn action(&self) -> RequestAction {
        match self {
            Self::Submit => RequestAction::Submit,
            Self::RequestDocuments(_) => RequestAction::RequestDocuments,
            Self::StartReview => RequestAction::StartReview,
            Self::BeginClearance => RequestAction::BeginClearance,
            Self::Confirm => RequestAction::Confirm,
            Self::Decline(_) => RequestAction::Decline,
            Self::OfferSubstitute(_) => RequestAction::OfferSubstitute,
            Self::AcceptSubstitute => RequestAction::AcceptSubstitute,
            Self::Withdraw(_) => RequestAction::Withdraw,
            Self::Complete => RequestAction::Complete,
            Self::Report(_) => RequestAction::Report,
        }
    }

    const fn event(&self) -> &'static str {
        match self {
            Self::Submit => "event_request.submitted",
            Self::RequestDocuments(_) => "event_request.documents_requested",
            Self::StartReview => "event_request.review_started",
            Self::BeginClearance => "event_request.clearance_begun",
            Self::Confirm => "event_request.confirmed",
            Self::Decline(_) => "event_request.declined",
            Self::OfferSubstitute(_) => "event_request.substitute_offered",
            Self::AcceptSubstitute => "event_request.substitute_accepted",
            Self::Withdraw(_) => "event_request.withdrawn",
            Self::Complete => "event_request.completed",
            Self::Report(_) => "event_request.reported",
        }
    }
}

/// Takes a request one step through its life cycle.
///
/// # Errors
///
/// 404; 409 when the step is not possible from here, or documents or clearances are missing; 412;
/// 422 with every broken rule.
pub fn advance_event_request(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    if_match: IfMatch,
    step: &Step,
) -> Result<EventRequest, Problem> {
    let permission = LIFECYCLE
        .permission_for(step.action())
        .ok_or_else(|| Problem::internal("an action is not in the life cycle"))?;
    let stored = acquire(tx, scope, settings, id, permission)?;
    expect_side(scope, &stored, step.action())?;
    stored.expect(if_match)?;
    let to = LIFECYCLE.after(stored.status, step.action(), |permission| {
        scope.may(permission, &stored.organization_id)
    })?;
    let mut row = stored.clone();
    row.status = to;
    match step {
        Step::Submit => submit(tx, settings, &mut row)?,
        Step::RequestDocuments(demand) => {
            row.await_documents(&demand.documents);
            row.reason = text::clean_optional(demand.reason.as_deref());
        }
        Step::StartReview => {
            expect_letter(tx, &stored)?;
            row.await_documents(&[]);
            row.reason = None;
        }
        Step::BeginClearance => turns::begin(tx, scope, settings, &stored)?,
        Step::AcceptSubstitute => row.reason = None,
        Step::Confirm => {
            expect_ahead(tx, &stored)?;
            expect_clearances(tx, settings, &stored)?;
            expect_official(settings, &row)?;
            row.reason = None;
        }
        Step::Decline(reason) | Step::Withdraw(reason) => {
            row.reason = Some(text::clean(reason));
            row.await_documents(&[]);
        }
        Step::OfferSubstitute(offer) => {
            row.reason = Some(text::clean(&offer.reason));
            if let Some(official) = &offer.official_id {
                expect_briefer(tx, official)?;
                row.official_id = Some(official.clone());
            }
        }
        Step::Complete => {
            if tx.now < stored.starts_at {
                return Err(Problem::new(
                    Code::NotAllowedInState,
                    "An event cannot have taken place before it starts.",
                )
                .with("state", stored.status.as_str())
                .with("starts_at", stored.starts_at.to_string()));
            }
        }
        Step::Report(report) => store_report(tx, id, report)?,
    }
    let row = store(tx, settings, &stored, row)?;
    tx.record(journal::shared(step.event(), &row).payload(changed(&stored, &row)))?;
    if matches!(step, Step::Submit) && !row.awaited().is_empty() {
        return await_letter(tx, settings, row);
    }
    Ok(row)
}

/// What is offered to the city is the city's to accept, or its who wrote the request down for it.
fn expect_side(scope: &Scope, stored: &EventRequest, action: RequestAction) -> Result<(), Problem> {
    if action != RequestAction::AcceptSubstitute || is_of_the_asking_side(stored, scope) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "A substitute is accepted by the organization that it is offered to.",
    ))
}

/// Nobody commits the office to an event that is over.
fn expect_ahead(tx: &Tx<'_>, stored: &EventRequest) -> Result<(), Problem> {
    if tx.now < stored.ends_at {
        return Ok(());
    }
    Err(Problem::new(Code::NotAllowedInState, "The event is over.")
        .with("state", stored.status.as_str())
        .with("ends_at", stored.ends_at.to_string()))
}

fn changed(before: &EventRequest, after: &EventRequest) -> Value {
    json!({
        "before": journal::summary(before),
        "after": journal::summary(after),
        "reason": after.reason,
    })
}

/// Marks a step that followed from another without anybody's taking it.
fn by_itself(mut payload: Value) -> Value {
    if let Some(members) = payload.as_object_mut() {
        members.insert("by_itself".to_owned(), json!(true));
    }
    payload
}

fn submit(tx: &mut Tx<'_>, settings: &Settings, row: &mut EventRequest) -> Result<(), Problem> {
    let rules = settings.of(row.request_type);
    let mut faults = Faults::default();
    rules::check_complete(row, &row.details(), &mut faults);
    rules::check_lead_time(row, rules, tx.now, &mut faults);
    faults.finish()?;
    row.reference = Some(series::next(tx, &settings.calendar, row.is_sandbox)?);
    row.submitted_at = Some(tx.now);
    if !documents::has(tx.conn, &row.id, rules::NEEDED)? {
        row.await_documents(&[rules::NEEDED]);
    }
    let mut clock = ReviewClock::new(row.id.clone(), rules.review_seconds, tx.now);
    if row.awaited.is_empty() {
        clock.follow(row.status.clock(), &settings.calendar, tx.now);
    }
    clock::insert(tx, clock)
}

/// A request that comes without its letter waits for it from the start.
fn await_letter(
    tx: &mut Tx<'_>,
    settings: &Settings,
    submitted: EventRequest,
) -> Result<EventRequest, Problem> {
    let id = submitted.id.clone();
    let stored = Locked::<EventRequest>::acquire(tx, id.as_str())?
        .ok_or_else(|| Problem::internal("a submitted request is gone"))?;
    let mut row = submitted;
    row.status = LIFECYCLE.after(row.status, RequestAction::RequestDocuments, |_| true)?;
    let row = store(tx, settings, &stored, row)?;
    tx.record(
        journal::shared("event_request.documents_requested", &row)
            .payload(by_itself(changed(&stored, &row))),
    )?;
    Ok(row)
}

/// The last awaited document takes a request back to the office.
///
/// # Errors
///
/// When the database fails.
pub(super) fn receive_document(
    tx: &mut Tx<'_>,
    settings: &Settings,
    stored: &Locked<EventRequest>,
    kind: crate::event_requests::model::DocumentKind,
) -> Result<EventRequest, Problem> {
    let mut row = EventRequest::clone(stored);
    let left: Vec<_> = row
        .awaited()
        .into_iter()
        .filter(|awaited| *awaited != kind)
        .collect();
    if left == row.awaited() {
        return Ok(row);
    }
    row.await_documents(&left);
    let is_complete = left.is_empty() && row.status == RequestStatus::AwaitingDocuments;
    if is_complete && documents::has(tx.conn, &row.id, rules::NEEDED)? {
        row.status = LIFECYCLE.after(row.status, RequestAction::StartReview, |_| true)?;
        row.reason = None;
    }
    let row = store(tx, settings, stored, row)?;
    if row.status != stored.status {
        tx.record(
            journal::shared("event_request.review_started", &row)
                .payload(by_itself(changed(stored, &row))),
        )?;
    }
    Ok(row)
}

fn expect_letter(tx: &mut Tx<'_>, stored: &EventRequest) -> Result<(), Problem> {
    if documents::has(tx.conn, &stored.id, rules::NEEDED)? {
        return Ok(());
    }
    Err(
        Problem::new(Code::DocumentsMissing, "The invitation letter is not in.")
            .with("state", stored.status.as_str())
            .with("missing", vec![rules::NEEDED.as_str()]),
    )
}

/// Every clearance that the request needs, as it stands now, is given or waived.
fn expect_clearances(
    tx: &mut Tx<'_>,
    settings: &Settings,
    stored: &EventRequest,
) -> Result<(), Problem> {
    let rows = clearances::of(tx.conn, &stored.id)?;
    let needed = rules::required_clearances(settings.of(stored.request_type), &stored.details());
    let open = rows
        .iter()
        .filter(|row| !row.status.is_settled())
        .map(|row| json!({"kind": row.kind, "status": row.status}));
    let unasked = needed
        .iter()
        .filter(|kind| !rows.iter().any(|row| row.kind == **kind))
        .map(|kind| json!({"kind": kind, "status": "not_requested"}));
    let missing: Vec<Value> = open.chain(unasked).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::ClearancesMissing,
        "Not every clearance is given or waived.",
    )
    .with("state", stored.status.as_str())
    .with("missing", missing))
}

fn expect_official(settings: &Settings, row: &EventRequest) -> Result<(), Problem> {
    if row.official_id.is_some() || !settings.of(row.request_type).needs_official {
        return Ok(());
    }
    let mut faults = Faults::default();
    faults.add(
        "/official_id",
        "required",
        "must be assigned before the request is confirmed",
    );
    faults.finish()
}

/// The official exists and can be booked.
pub(super) fn expect_briefer(tx: &mut Tx<'_>, id: &BrieferId) -> Result<(), Problem> {
    let known = briefers::queries::by_ids(tx.conn, std::slice::from_ref(id))?;
    let mut faults = Faults::default();
    match known.get(id) {
        None => faults.add("/official_id", "unknown_reference", "does not exist"),
        Some(briefer) => faults.require(
            briefer.is_active,
            "/official_id",
            "inactive",
            "can no longer be booked",
        ),
    }
    faults.finish()
}

fn store_report(tx: &mut Tx<'_>, id: &EventRequestId, report: &ReportInput) -> Result<(), Problem> {
    diesel::insert_into(event_request_reports::table)
        .values((
            event_request_reports::request_id.eq(id),
            event_request_reports::attendance.eq(report.attendance),
            event_request_reports::outcome.eq(text::clean(&report.outcome)),
            event_request_reports::filed_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
