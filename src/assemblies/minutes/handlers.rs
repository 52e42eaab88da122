//! The operations on minutes.

use actix_web::{get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::minutes::rendering::{Document, Format, Rendered};
use crate::assemblies::minutes::wire::{
    ApproveMinutes, CorrectMinutes, EditMinutes, Minutes, MinutesCorrection, Paper, PaperQuery,
    RecordHash, RecordHashQuery,
};
use crate::assemblies::minutes::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::AssemblySessionId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(draft_minutes)
        .service(get_minutes)
        .service(edit_minutes)
        .service(approve_minutes)
        .service(list_minutes_corrections)
        .service(correct_minutes)
        .service(list_minutes_records)
        .service(get_minutes_as_markdown)
        .service(get_minutes_as_html)
        .service(get_minutes_as_pdf);
}

/// Draft the minutes of a session
///
/// From the records, once the session is adjourned: who was there and when, every quorum, the agenda
/// as it was taken, motions, votes and results. Drafting again puts the records in the place of what
/// was edited, and needs `If-Match` for that.
#[utoipa::path(
    tag = "Minutes",
    params(
        ("id" = AssemblySessionId, Path, description = "The session."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that is replaced, when there is one."),
    ),
    responses(
        (status = 200, description = "The draft, in place of the one before.", body = Minutes),
        (status = 201, description = "The first draft.", body = Minutes),
    ),
    extensions(
        ("x-permission" = json!("minutes:write")),
        ("x-problems" = json!(["not_allowed_in_state", "precondition_required", "precondition_failed"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/minutes/draft")]
pub async fn draft_minutes(
    access: Access<may::MinutesWrite>,
    Path(id): Path<AssemblySessionId>,
    if_match: Option<IfMatch>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (row, is_first) = commands::draft(tx, scope, &id, if_match)?;
            let shown = queries::represent(tx.conn, scope, &row)?;
            let reply = if is_first {
                Reply::created(&shown, format!("/v1/assembly-sessions/{id}/minutes"))?
            } else {
                Reply::ok(&shown)?
            };
            Ok(reply.representation(row.version))
        })
        .await
}

/// Get the minutes of a session
///
/// With their corrections. Everyone who follows the session reads them, from the first draft on.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "The minutes.", body = Minutes)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/minutes")]
pub async fn get_minutes(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let (_, row) = queries::find(conn, scope, &id)?;
            let shown = queries::represent(conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Edit the minutes of a session
///
/// While they are a draft.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = EditMinutes,
    responses((status = 200, description = "The minutes.", body = Minutes)),
    extensions(
        ("x-permission" = json!("minutes:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[put("/v1/assembly-sessions/{id}/minutes")]
pub async fn edit_minutes(
    access: Access<may::MinutesWrite>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<EditMinutes>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::edit(tx, scope, &id, if_match, &input)?;
            let shown = queries::represent(tx.conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Approve the minutes of a session
///
/// Records that members approved them, and how. `If-Match` takes the `ETag` of the minutes: what is
/// approved is what was read. They get a hash over their text and every record of the session, and
/// are never changed again; what is wrong is corrected by appending.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = ApproveMinutes,
    responses((status = 200, description = "The minutes.", body = Minutes)),
    extensions(
        ("x-permission" = json!("minutes:approve")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/approve-minutes")]
pub async fn approve_minutes(
    access: Access<may::MinutesApprove>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<ApproveMinutes>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::approve(tx, scope, &id, if_match, &input)?;
            let shown = queries::represent(tx.conn, scope, &row)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// List the corrections of minutes
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "All corrections, in order.", body = Page<MinutesCorrection>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/minutes/corrections")]
pub async fn list_minutes_corrections(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            queries::find(conn, scope, &id)?;
            let rows = queries::corrections(conn, &id)?;
            Reply::ok(&Page::whole(rows.into_iter().map(queries::shown).collect()))
        })
        .await
}

/// Correct approved minutes
///
/// Appends to them. `If-Match` takes the `ETag` of the minutes, whose version rises.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session."), IfMatch),
    request_body = CorrectMinutes,
    responses((status = 201, description = "The correction. The ETag is that of the minutes.", body = MinutesCorrection)),
    extensions(
        ("x-permission" = json!("minutes:approve")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/assembly-sessions/{id}/minutes/corrections")]
pub async fn correct_minutes(
    access: Access<may::MinutesApprove>,
    Path(id): Path<AssemblySessionId>,
    if_match: IfMatch,
    Json(input): Json<CorrectMinutes>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (row, correction) = commands::correct(tx, scope, &id, if_match, &input)?;
            let location = format!("/v1/assembly-sessions/{id}/minutes/corrections");
            Ok(Reply::created(&queries::shown(correction), location)?.version(row.version))
        })
        .await
}

/// List the records that approved minutes stand on
///
/// With their hashes, in the order in which the hash of the minutes runs over them, so that it can
/// be checked without trust in this service.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session."), RecordHashQuery),
    responses((status = 200, description = "A page of hashes; empty while the minutes are a draft.", body = Page<RecordHash>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/minutes/records")]
pub async fn list_minutes_records(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<RecordHashQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::hashes(conn, scope, &keyring, &id, &query)?))
        .await
}

async fn render(
    access: Access<may::AssembliesRead>,
    id: AssemblySessionId,
    format: Format,
) -> Result<Rendered, Problem> {
    let document = access
        .read(move |conn, scope| Document::read(conn, scope, &id))
        .await?;
    document.render(format).await
}

/// Get the minutes of a session as Markdown
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "The text, its corrections and its hash.", body = String, content_type = "text/markdown", example = json!("# Minutes of session 3\n"))),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["payload_too_large"])),
    ),
)]
#[get("/v1/assembly-sessions/{id}/minutes.md")]
pub async fn get_minutes_as_markdown(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Rendered, Problem> {
    render(access, id, Format::Markdown).await
}

/// Get the minutes of a session as HTML
///
/// One page that loads nothing and runs nothing; HTML in the text is shown as it is written.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html", example = json!("<!doctype html>"))),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["payload_too_large"])),
    ),
)]
#[get("/v1/assembly-sessions/{id}/minutes.html")]
pub async fn get_minutes_as_html(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Rendered, Problem> {
    render(access, id, Format::Html).await
}

/// Get the minutes of a session as PDF
///
/// For paper: pages are numbered, the hash of approved minutes stands on every one, and drafts say
/// that they are.
#[utoipa::path(
    tag = "Minutes",
    params(("id" = AssemblySessionId, Path, description = "The session."), PaperQuery),
    responses((status = 200, description = "The document.", body = String, content_type = "application/pdf", example = json!("%PDF-1.7"))),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["payload_too_large"])),
    ),
)]
#[get("/v1/assembly-sessions/{id}/minutes.pdf")]
pub async fn get_minutes_as_pdf(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<PaperQuery>,
) -> Result<Rendered, Problem> {
    let paper = query.paper.unwrap_or(Paper::Letter);
    render(access, id, Format::Pdf(paper)).await
}
