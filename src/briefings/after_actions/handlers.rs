//! The operations on after-action reports.

use actix_web::web::Data;
use actix_web::{get, put};

use crate::briefings::after_actions::wire::{AfterAction, FileAfterAction};
use crate::briefings::after_actions::{commands, queries};
use crate::briefings::queries::find as find_briefing;
use crate::briefings::settings::Settings;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Path, Problem, Reply};
use crate::kernel::id::BriefingId;

/// Get the after-action report of a briefing
#[utoipa::path(
    tag = "After-action",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    responses((status = 200, description = "The report.", body = AfterAction)),
    extensions(("x-permission" = json!("after-actions:read"))),
)]
#[get("/v1/briefings/{id}/after-action")]
pub async fn get_after_action(
    access: Access<may::AfterActionsRead>,
    Path(id): Path<BriefingId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            find_briefing(conn, scope, &id)?;
            let row = queries::of_briefing(conn, &id)?.ok_or_else(Problem::not_found)?;
            let version = row.version;
            Ok(Reply::ok(&queries::represent(conn, scope, row)?)?.representation(version))
        })
        .await
}

/// File the after-action report of a briefing
///
/// Once the briefing was held, in place of an earlier report, and needs `If-Match` for that. How many
/// were registered and came is taken from the records each time. Follow-ups are added to those that
/// stand there.
#[utoipa::path(
    tag = "After-action",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the report that is replaced, when there is one."),
    ),
    request_body = FileAfterAction,
    responses(
        (status = 200, description = "The report, in place of the one before.", body = AfterAction),
        (status = 201, description = "The first report.", body = AfterAction),
    ),
    extensions(
        ("x-permission" = json!("briefings:close")),
        ("x-problems" = json!(["not_allowed_in_state", "precondition_required", "precondition_failed"])),
    ),
)]
#[put("/v1/briefings/{id}/after-action")]
pub async fn file_after_action(
    access: Access<may::BriefingsClose>,
    settings: Data<Settings>,
    Path(id): Path<BriefingId>,
    if_match: Option<IfMatch>,
    Json(input): Json<FileAfterAction>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (row, is_first) =
                commands::file_after_action(tx, scope, &settings, &id, if_match, &input)?;
            let version = row.version;
            let shown = queries::represent(tx.conn, scope, row)?;
            let reply = if is_first {
                Reply::created(&shown, format!("/v1/briefings/{id}/after-action"))?
            } else {
                Reply::ok(&shown)?
            };
            Ok(reply.representation(version))
        })
        .await
}
