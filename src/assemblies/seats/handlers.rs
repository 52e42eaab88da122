//! The operations on seats.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::seats::model::Seat as Row;
use crate::assemblies::seats::visible::find;
use crate::assemblies::seats::wire::{
    AssemblyVoters, CreateSeat, Seat, SeatHistory, SeatQuery, UpdateSeat, VoterQuery,
};
use crate::assemblies::seats::{commands, queries, voters};
use crate::assemblies::sessions;
use crate::assemblies::visible as assembly_visible;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{AssemblyId, SeatId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_seats)
        .service(create_seat)
        .service(get_seat)
        .service(update_seat)
        .service(list_voters)
        .service(get_seat_history);
}

/// The answer of an action: the seat as it is now.
pub fn reply(tx: &mut Tx<'_>, scope: &Scope, row: &Row) -> Result<Reply, Problem> {
    let shown = queries::represent_one(tx.conn, scope, row, tx.now)?;
    Ok(Reply::ok(&shown)?.representation(row.version))
}

/// List the seats of an assembly
///
/// The roster, for those who follow the assembly: who holds each seat and who stands in. A
/// jurisdiction without a seat sees what it asked for itself, and nobody sees what others asked for.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), SeatQuery),
    responses((status = 200, description = "A page of seats.", body = Page<Seat>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies/{id}/seats")]
pub async fn list_seats(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblyId>,
    Query(query): Query<SeatQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            assembly_visible::find(conn, scope, &id)?;
            let page = queries::list(conn, scope, &keyring, &id, &query, now)?;
            Reply::ok(&page)
        })
        .await
}

/// Add a seat, or ask for one
///
/// The office adds a seat that nobody holds yet. A jurisdiction nominates one of its leaders while
/// nominations are open. A jurisdiction has one seat: a second one is 409 `already_seated`.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly.")),
    request_body = CreateSeat,
    responses((status = 201, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("seats:nominate")),
        ("x-problems" = json!(["not_allowed_in_state", "already_seated", "composition_exceeded"])),
    ),
)]
#[post("/v1/assemblies/{id}/seats")]
pub async fn create_seat(
    access: Access<may::SeatsNominate>,
    Path(id): Path<AssemblyId>,
    Json(input): Json<CreateSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_seat(tx, scope, &id, &input)?;
            let shown = queries::represent_one(tx.conn, scope, &row, tx.now)?;
            let location = format!("/v1/seats/{}", row.id);
            Ok(Reply::created(&shown, location)?.representation(row.version))
        })
        .await
}

/// Get a seat
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat.")),
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/seats/{id}")]
pub async fn get_seat(
    access: Access<may::AssembliesRead>,
    Path(id): Path<SeatId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let shown = queries::represent_one(conn, scope, &row, now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Change a seat
///
/// The office changes the affiliation, the statement and the term; a jurisdiction its statement,
/// while it asks for the seat. A term changes where it lies ahead: who could vote at an instant that
/// has passed stays as it was.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), IfMatch),
    request_body = UpdateSeat,
    responses((status = 200, description = "The seat.", body = Seat)),
    extensions(
        ("x-permission" = json!("seats:nominate")),
        ("x-problems" = json!(["not_allowed_in_state", "composition_exceeded"])),
    ),
)]
#[patch("/v1/seats/{id}")]
pub async fn update_seat(
    access: Access<may::SeatsNominate>,
    Path(id): Path<SeatId>,
    if_match: IfMatch,
    Json(change): Json<UpdateSeat>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_seat(tx, scope, &id, if_match, &change)?;
            reply(tx, scope, &row)
        })
        .await
}

/// Get who could vote at an instant
///
/// Every seat that somebody held then, within its term, with the alternate and, where a session is
/// named, with the proxy. The answer for an instant that has passed stays the same for ever.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = AssemblyId, Path, description = "The assembly."), VoterQuery),
    responses((status = 200, description = "Who could vote.", body = AssemblyVoters)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assemblies/{id}/voters")]
pub async fn list_voters(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblyId>,
    Query(query): Query<VoterQuery>,
) -> Result<Reply, Problem> {
    let at = query.at.unwrap_or_else(|| access.clock().now());
    access
        .read(move |conn, scope| {
            let row = assembly_visible::find_followed(conn, scope, &id)?;
            if let Some(session) = &query.session_id {
                let session = sessions::visible::find(conn, scope, session)?;
                if session.assembly_id != row.id {
                    return Err(Problem::not_found());
                }
            }
            let shown = voters::voters(conn, &row, query.session_id.as_ref(), at)?;
            Reply::ok(&shown)
        })
        .await
}

/// Get who sat in a seat
///
/// As its holder or as the alternate, from when until when.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat.")),
    responses((status = 200, description = "The history.", body = SeatHistory)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/seats/{id}/history")]
pub async fn get_seat_history(
    access: Access<may::AssembliesRead>,
    Path(id): Path<SeatId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            Reply::ok(&voters::history(conn, scope, &row)?)
        })
        .await
}
