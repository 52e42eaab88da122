//! The actions on event requests.

use actix_web::post;
use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::event_requests::action_wire::{
    Assignment, DocumentDemand, ReportInput, RequiredReason, SubstituteOffer,
};
use crate::event_requests::assignment;
use crate::event_requests::handlers::reply;
use crate::event_requests::settings::Settings;
use crate::event_requests::transitions::{Step, advance_event_request};
use crate::event_requests::wire::EventRequest;
use crate::kernel::access::{Access, Policy, may};
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply};
use crate::kernel::id::EventRequestId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(submit_event_request)
        .service(withdraw_event_request)
        .service(start_review_of_event_request)
        .service(request_documents_for_event_request)
        .service(begin_clearance_of_event_request)
        .service(confirm_event_request)
        .service(decline_event_request)
        .service(offer_substitute_for_event_request)
        .service(accept_substitute_for_event_request)
        .service(complete_event_request)
        .service(report_on_event_request)
        .service(claim_event_request)
        .service(release_event_request)
        .service(assign_event_request);
}

async fn advance<P: Policy>(
    access: Access<P>,
    settings: Data<Settings>,
    id: EventRequestId,
    if_match: IfMatch,
    step: Step,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = advance_event_request(tx, scope, &settings, &id, if_match, &step)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Submit an event request
///
/// Hands the draft to the office and gives it its reference. The form must be complete, and the event
/// as many days ahead as its type asks for, unless `expedite_reason` says why. Without its
/// invitation letter it waits for it: the review begins when both are in.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/submit")]
pub async fn submit_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Submit).await
}

/// Withdraw an event request
///
/// Calls it off, by either side. Whoever was to come is no longer named to the city.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = RequiredReason,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/withdraw")]
pub async fn withdraw_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<RequiredReason>,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Withdraw(input.reason)).await
}

/// Begin to examine an event request
///
/// Not before the invitation letter is in.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state", "documents_missing"])),
    ),
)]
#[post("/v1/event-requests/{id}/start-review")]
pub async fn start_review_of_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::StartReview).await
}

/// Ask the city for documents
///
/// The review clock stands still until the last of them is in, which takes the request back by itself.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = DocumentDemand,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/request-documents")]
pub async fn request_documents_for_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<DocumentDemand>,
) -> Result<Reply, Problem> {
    advance(
        access,
        settings,
        id,
        if_match,
        Step::RequestDocuments(input),
    )
    .await
}

/// Ask for the clearances that an event request needs
///
/// Those of its type, and those that its form calls for.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/begin-clearance")]
pub async fn begin_clearance_of_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::BeginClearance).await
}

/// Confirm an event request
///
/// Only when every clearance is given or waived; else 409, and `missing` lists those that are not.
/// From now on the city is told who comes.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:decide")),
        ("x-problems" = json!(["not_allowed_in_state", "clearances_missing"])),
    ),
)]
#[post("/v1/event-requests/{id}/confirm")]
pub async fn confirm_event_request(
    access: Access<may::RequestsDecide>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Confirm).await
}

/// Decline an event request
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = RequiredReason,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/decline")]
pub async fn decline_event_request(
    access: Access<may::RequestsDecide>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<RequiredReason>,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Decline(input.reason)).await
}

/// Offer a substitute
///
/// The review clock stands still until the city answers.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = SubstituteOffer,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/offer-substitute")]
pub async fn offer_substitute_for_event_request(
    access: Access<may::RequestsDecide>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<SubstituteOffer>,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::OfferSubstitute(input)).await
}

/// Accept the substitute
///
/// The request goes back to the office, which asks for clearances where they are missing.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/accept-substitute")]
pub async fn accept_substitute_for_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::AcceptSubstitute).await
}

/// Record that the event took place
///
/// Not before it starts.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/complete")]
pub async fn complete_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Complete).await
}

/// Tell how the event went
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = ReportInput,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/event-requests/{id}/report")]
pub async fn report_on_event_request(
    access: Access<may::RequestsWrite>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<ReportInput>,
) -> Result<Reply, Problem> {
    advance(access, settings, id, if_match, Step::Report(input)).await
}

/// Take an event request in hand
///
/// Of two who try at once, one has it: the other is told 412, or 409 when somebody has it.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/event-requests/{id}/claim")]
pub async fn claim_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = assignment::claim_event_request(tx, scope, &settings, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Put an event request back
///
/// For others to take.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/event-requests/{id}/release")]
pub async fn release_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = assignment::release_event_request(tx, scope, &settings, &id, if_match)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Assign an event request
///
/// Says who of the office has it in hand, and which official is to come.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), IfMatch),
    request_body = Assignment,
    responses((status = 200, description = "The event request.", body = EventRequest)),
    extensions(
        ("x-permission" = json!("requests:triage")),
        ("x-problems" = json!(["not_allowed_in_state", "conflict"])),
    ),
)]
#[post("/v1/event-requests/{id}/assign")]
pub async fn assign_event_request(
    access: Access<may::RequestsTriage>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    if_match: IfMatch,
    Json(input): Json<Assignment>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row =
                assignment::assign_event_request(tx, scope, &settings, &id, if_match, &input)?;
            reply(tx, scope, &row)
        })
        .await
}
