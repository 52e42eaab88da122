//! The operations on access data. Of none of them anything is kept for a retry: not the answer, and
//! not a digest of the body, from which one could find a birth date.

use actix_web::{delete, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::briefings::access_data::commands;
use crate::briefings::access_data::wire::{
    AccessData, AccessList, DisclosedAccessData, DisclosureReason,
};
use crate::briefings::registrations::queries::represent;
use crate::briefings::registrations::wire::Registration;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Path, Problem, Reply};
use crate::kernel::id::{BriefingId, RegistrationId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(give_access_data)
        .service(erase_access_data)
        .service(disclose_access_data)
        .service(disclose_access_list);
}

/// Give the access data of an attendee
///
/// What the guard of a restricted venue asks for, in place of what was given before. It is sealed, is
/// shown to nobody but by a disclosure that the journal records, and is erased when it has served:
/// on request, with a cancellation, and some days after the briefing. The answer tells that it was
/// given, and not what.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    request_body = AccessData,
    responses((status = 200, description = "The registration, which tells that the data was given.", body = Registration)),
    extensions(
        ("x-permission" = json!("access-data:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[put("/v1/briefings/{id}/registrations/{registration_id}/access-data")]
pub async fn give_access_data(
    access: Access<may::AccessDataWrite>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
    Json(data): Json<AccessData>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write_unkept(move |tx, scope| {
            let (briefing, row) =
                commands::give_access_data(tx, scope, &keyring, &id, &registration_id, &data)?;
            let version = row.version;
            let shown = represent(tx.conn, scope, &briefing, row)?;
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Erase the access data of an attendee
///
/// At once, and for good. May be repeated.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-permission" = json!("access-data:write"))),
)]
#[delete("/v1/briefings/{id}/registrations/{registration_id}/access-data")]
pub async fn erase_access_data(
    access: Access<may::AccessDataWrite>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
) -> Result<Reply, Problem> {
    access
        .write_unkept(move |tx, scope| {
            commands::erase_access_data(tx, scope, &id, &registration_id)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Disclose the access data of an attendee
///
/// The journal keeps who was shown it and why. An `Idempotency-Key` is not looked at: a repetition is
/// another disclosure.
#[utoipa::path(
    tag = "Registrations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("registration_id" = RegistrationId, Path, description = "The registration."),
    ),
    request_body = DisclosureReason,
    responses((status = 200, description = "The access data.", body = DisclosedAccessData)),
    extensions(
        ("x-permission" = json!("access-data:disclose")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/registrations/{registration_id}/access-data/disclose")]
pub async fn disclose_access_data(
    access: Access<may::AccessDataDisclose>,
    Path((id, registration_id)): Path<(BriefingId, RegistrationId)>,
    Json(input): Json<DisclosureReason>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write_unkept(move |tx, scope| {
            Reply::ok(&commands::disclose_access_data(
                tx,
                scope,
                &keyring,
                &id,
                &registration_id,
                &input.reason,
            )?)
        })
        .await
}

/// Disclose the access list of a briefing
///
/// Everyone with a seat, with the access data that was given, for the guard. The journal keeps who was
/// shown whose data and why. An `Idempotency-Key` is not looked at: a repetition is another
/// disclosure.
#[utoipa::path(
    tag = "Registrations",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    request_body = DisclosureReason,
    responses((status = 200, description = "The list.", body = AccessList)),
    extensions(("x-permission" = json!("access-data:disclose"))),
)]
#[post("/v1/briefings/{id}/access-list")]
pub async fn disclose_access_list(
    access: Access<may::AccessDataDisclose>,
    Path(id): Path<BriefingId>,
    Json(input): Json<DisclosureReason>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write_unkept(move |tx, scope| {
            let list = commands::disclose_access_list(tx, scope, &keyring, &id, &input.reason)?;
            Reply::ok(&list)
        })
        .await
}
