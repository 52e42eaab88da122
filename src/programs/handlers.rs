//! The operations on programs.

use actix_web::{get, patch, post};

use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::ProgramId;
use crate::programs::visible::find;
use crate::programs::wire::{CreateProgram, Program, ProgramQuery, UpdateProgram};
use crate::programs::{commands, queries};

/// List programs
///
/// Those who run the programs, and auditors, also see programs that are no longer active.
#[utoipa::path(
    tag = "Programs",
    params(ProgramQuery),
    responses((status = 200, description = "A page of programs.", body = Page<Program>)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/programs")]
pub async fn list_programs(
    access: Access<may::ProgramsRead>,
    Query(query): Query<ProgramQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, scope, &keyring, &query)?;
            Reply::ok(&page.map(|row| Program::of(row, scope)))
        })
        .await
}

/// Set up a program
#[utoipa::path(
    tag = "Programs",
    request_body = CreateProgram,
    responses((status = 201, description = "The program.", body = Program)),
    extensions(("x-permission" = json!("programs:write"))),
)]
#[post("/v1/programs")]
pub async fn create_program(
    access: Access<may::ProgramsWrite>,
    Json(input): Json<CreateProgram>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_program(tx, scope, &input)?;
            let (location, version) = (format!("/v1/programs/{}", row.id), row.version);
            Ok(Reply::created(&Program::of(row, scope), location)?.representation(version))
        })
        .await
}

/// Get a program
#[utoipa::path(
    tag = "Programs",
    params(("id" = ProgramId, Path, description = "The program.")),
    responses((status = 200, description = "The program.", body = Program)),
    extensions(("x-permission" = json!("programs:read"))),
)]
#[get("/v1/programs/{id}")]
pub async fn get_program(
    access: Access<may::ProgramsRead>,
    Path(id): Path<ProgramId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = find(conn, scope, &id)?;
            let version = row.version;
            Ok(Reply::ok(&Program::of(row, scope))?.representation(version))
        })
        .await
}

/// Change a program
///
/// What was agreed of a placement stays: terms and report schedules count for placements that are
/// made afterwards.
#[utoipa::path(
    tag = "Programs",
    params(("id" = ProgramId, Path, description = "The program."), IfMatch),
    request_body = UpdateProgram,
    responses((status = 200, description = "The program.", body = Program)),
    extensions(("x-permission" = json!("programs:write"))),
)]
#[patch("/v1/programs/{id}")]
pub async fn update_program(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<ProgramId>,
    if_match: IfMatch,
    Json(change): Json<UpdateProgram>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_program(tx, scope, &id, if_match, &change)?;
            let version = row.version;
            Ok(Reply::ok(&Program::of(row, scope))?.representation(version))
        })
        .await
}
