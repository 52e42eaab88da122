//! The operations on registrations. They set a state and may be repeated, so they need no
//! `If-Match`.

use actix_web::{get, patch, post};

use crate::briefings::model::Briefing;
use crate::briefings::queries::find as find_briefing;
use crate::briefings::registrations::changes::queries::represent as represent_change;
use crate::briefings::registrations::changes::wire::RegistrationChange;
use crate::briefings::registrations::commands::Outcome;
use crate::briefings::registrations::model::Registration as Row;
use crate::briefings::registrations::wire::{
    CreateRegistration, Registration, RegistrationQuery, UpdateRegistration,
};
use crate::briefings::registrations::{commands, queries};
use crate::kernel::access::{Access, Policy, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{BriefingId, RegistrationId};

fn reply(
    tx: &mut Tx<'_>,
    scope: &Scope,
    (briefing, row): (Briefing, Row),
) -> Result<Reply, Problem> {
    let version = row.version;
    let shown = queries::represent(tx.conn, scope, &briefing, row)?;
    Ok(Reply::ok(&shown)?.representation(version))
}

/// The registration as it has become, or the change that staff are to decide.
fn outcome(tx: &mut Tx<'_>, scope: &Scope, outcome: Outcome) -> Result<Reply, Problem> {
    match outcome {
        Outcome::Changed(changed) => reply(tx, scope, *changed),
        Outcome::Requested(change) => {
            let location = format!("/v1/registration-changes/{}", change.id);
            Reply::accepted(&represent_change(*change, scope), location)
        }
    }
}

/// List a briefing's registrations
///
/// Federal staff see all of them, a city its own.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = BriefingId, Path, description = "The briefing."), RegistrationQuery),
    responses((status = 200, description = "A page of registrations, in the order in which people came.", body = Page<Registration>)),
    extensions(("x-permission" = json!("registrations:read"))),
)]
#[get("/v1/briefings/{id}/registrations")]
pub async fn list_registrations(
    access: Access<may::RegistrationsRead>,
    Path(id): Path<BriefingId>,
    Query(query): Query<RegistrationQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let briefing = find_briefing(conn, scope, &id)?;
            Reply::ok(&queries::list(conn, scope, &keyring, &briefing, &query)?)
        })
        .await
}

/// Register an attendee
///
/// Confirmed while there are seats and nobody waits, else on the waitlist, which moves up in the
/// order in which people came. One registration a person: a second is 409 and its `Location`
/// names the first.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    request_body = CreateRegistration,
    responses((status = 201, description = "The registration.", body = Registration)),
    extensions(
        ("x-permission" = json!("registrations:write")),
        ("x-problems" = json!(["already_registered", "registration_closed"])),
    ),
)]
#[post("/v1/briefings/{id}/registrations")]
pub async fn register_attendee(
    access: Access<may::RegistrationsWrite>,
    Path(id): Path<BriefingId>,
    Json(input): Json<CreateRegistration>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (briefing, row) = commands::register_attendee(tx, scope, &id, &input)?;
            let location = format!("/v1/briefings/{id}/registrations/{}", row.id);
            let version = row.version;
            let shown = queries::represent(tx.conn, scope, &briefing, row)?;
            Ok(Reply::created(&shown, location)?.representation(version))
        })
        .await
}

/// Get a registration
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    responses((status = 200, description = "The registration.", body = Registration)),
    extensions(("x-permission" = json!("registrations:read"))),
)]
#[get("/v1/briefings/{id}/registrations/{registration_id}")]
pub async fn get_registration(
    access: Access<may::RegistrationsRead>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let briefing = find_briefing(conn, scope, &id)?;
            let row = queries::find(conn, scope, &id, &registration_id)?;
            let version = row.version;
            let shown = queries::represent(conn, scope, &briefing, row)?;
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Correct a registration
///
/// Another person is another registration. A city's correction after the deadline is taken down
/// (202), and staff decide; until then the registration stays as it is.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    request_body = UpdateRegistration,
    responses(
        (status = 200, description = "The registration.", body = Registration),
        (status = 202, description = "It is too late: staff decide.", body = RegistrationChange),
    ),
    extensions(
        ("x-permission" = json!("registrations:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[patch("/v1/briefings/{id}/registrations/{registration_id}")]
pub async fn update_registration(
    access: Access<may::RegistrationsWrite>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
    Json(change): Json<UpdateRegistration>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let made = commands::update_registration(tx, scope, &id, &registration_id, &change)?;
            outcome(tx, scope, made)
        })
        .await
}

/// Cancel a registration
///
/// Its seat goes to the next in line, until the access deadline. May be repeated. A city's
/// cancellation after the deadline is taken down (202), and staff decide; until then the
/// registration stays as it is.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    responses(
        (status = 200, description = "The registration.", body = Registration),
        (status = 202, description = "It is too late: staff decide.", body = RegistrationChange),
    ),
    extensions(
        ("x-permission" = json!("registrations:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/registrations/{registration_id}/cancel")]
pub async fn cancel_registration(
    access: Access<may::RegistrationsWrite>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let made = commands::cancel_registration(tx, scope, &id, &registration_id)?;
            outcome(tx, scope, made)
        })
        .await
}

async fn attendance<P: Policy>(
    access: Access<P>,
    (id, registration_id): (BriefingId, RegistrationId),
    came: bool,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let changed = commands::record_attendance(tx, scope, &id, &registration_id, came)?;
            reply(tx, scope, changed)
        })
        .await
}

/// Record that an attendee came
///
/// From twelve hours before the start until the briefing is closed. May be repeated.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    responses((status = 200, description = "The registration.", body = Registration)),
    extensions(
        ("x-permission" = json!("registrations:check-in")),
        ("x-problems" = json!(["not_allowed_in_state", "check_in_too_early"])),
    ),
)]
#[post("/v1/briefings/{id}/registrations/{registration_id}/check-in")]
pub async fn check_in_attendee(
    access: Access<may::RegistrationsCheckIn>,
    Path(ids): Path<(BriefingId, RegistrationId)>,
) -> Result<Reply, Problem> {
    attendance(access, ids, true).await
}

/// Take back that an attendee came
///
/// May be repeated.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    responses((status = 200, description = "The registration.", body = Registration)),
    extensions(
        ("x-permission" = json!("registrations:check-in")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/registrations/{registration_id}/undo-check-in")]
pub async fn undo_check_in(
    access: Access<may::RegistrationsCheckIn>,
    Path(ids): Path<(BriefingId, RegistrationId)>,
) -> Result<Reply, Problem> {
    attendance(access, ids, false).await
}
