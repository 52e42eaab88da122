//! The operations on presence.

use actix_web::{delete, get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::presence::commands;
use crate::assemblies::presence::queries::{self, of_seat};
use crate::assemblies::presence::wire::{
    ClearPresenceQuery, PresenceInterval, PresenceIntervalQuery, PresenceQuery, SeatPresence,
    SetPresence,
};
use crate::assemblies::sessions::visible::find;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{AssemblySessionId, SeatId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_presence)
        .service(list_presence_intervals)
        .service(set_presence)
        .service(clear_presence);
}

/// List who is present in a session
///
/// Now, or at any instant. Two people of one seat are both listed; the quorum counts the seat once.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), PresenceQuery),
    responses((status = 200, description = "A page of those who are present.", body = Page<PresenceInterval>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/presence")]
pub async fn list_presence(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<PresenceQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            find(conn, scope, &id)?;
            Reply::ok(&queries::list_present(conn, &keyring, &id, &query)?)
        })
        .await
}

/// List the times for which people were present in a session
///
/// All of them, also those that are over.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), PresenceIntervalQuery),
    responses((status = 200, description = "A page of times.", body = Page<PresenceInterval>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/presence-intervals")]
pub async fn list_presence_intervals(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<PresenceIntervalQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            find(conn, scope, &id)?;
            Reply::ok(&queries::list_intervals(conn, &keyring, &id, &query)?)
        })
        .await
}

/// Set presence for a seat
///
/// A member sets their own, in the capacity that they have: holder, alternate or proxy of the seat.
/// The clerk sets it for whomever they name. It is set and never toggled: repeated, it changes
/// nothing. Only while members are together.
#[utoipa::path(
    tag = "Sessions",
    params(
        ("id" = AssemblySessionId, Path, description = "The session."),
        ("seat_id" = SeatId, Path, description = "The seat."),
    ),
    request_body = SetPresence,
    responses((status = 200, description = "Who is present for the seat.", body = SeatPresence)),
    extensions(
        ("x-permission" = json!("presence:write")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state", "validation_failed"])),
    ),
)]
#[put("/v1/assembly-sessions/{id}/presence/{seat_id}")]
pub async fn set_presence(
    access: Access<may::PresenceWrite>,
    Path((id, seat)): Path<(AssemblySessionId, SeatId)>,
    OptionalJson(input): OptionalJson<SetPresence>,
) -> Result<Reply, Problem> {
    let named = input.capacity;
    access
        .write(move |tx, scope| {
            let (session, evaluation) = commands::set_presence(tx, scope, &id, &seat, named)?;
            Reply::ok(&of_seat(tx.conn, &session, &seat, &evaluation, tx.now)?)
        })
        .await
}

/// Clear presence for a seat
///
/// A member clears their own; the clerk everyone's, or that of whomever they name. Whoever leaves
/// their own seat no longer acts as a proxy either. Repeated, it changes nothing.
#[utoipa::path(
    tag = "Sessions",
    params(
        ("id" = AssemblySessionId, Path, description = "The session."),
        ("seat_id" = SeatId, Path, description = "The seat."),
        ClearPresenceQuery,
    ),
    responses((status = 200, description = "Who is present for the seat.", body = SeatPresence)),
    extensions(
        ("x-permission" = json!("presence:write")),
        ("x-problems" = json!(["not_entitled", "not_allowed_in_state"])),
    ),
)]
#[delete("/v1/assembly-sessions/{id}/presence/{seat_id}")]
pub async fn clear_presence(
    access: Access<may::PresenceWrite>,
    Path((id, seat)): Path<(AssemblySessionId, SeatId)>,
    Query(query): Query<ClearPresenceQuery>,
) -> Result<Reply, Problem> {
    access
        .write_unkept(move |tx, scope| {
            let (session, evaluation) =
                commands::clear_presence(tx, scope, &id, &seat, query.capacity)?;
            Reply::ok(&of_seat(tx.conn, &session, &seat, &evaluation, tx.now)?)
        })
        .await
}
