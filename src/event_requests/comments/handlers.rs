//! The operations on comments.

use actix_web::web::Data;
use actix_web::{get, post};

use crate::event_requests::comments::wire::{AddComment, Comment, CommentQuery};
use crate::event_requests::comments::{commands, queries};
use crate::event_requests::settings::Settings;
use crate::event_requests::visible::find as find_request;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{CommentId, EventRequestId};

/// List the comments on an event request
///
/// A city sees those that are shared with it.
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request."), CommentQuery),
    responses((status = 200, description = "A page of comments.", body = Page<Comment>)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/comments")]
pub async fn list_comments(
    access: Access<may::RequestsRead>,
    Path(id): Path<EventRequestId>,
    Query(query): Query<CommentQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            Reply::ok(&queries::list(conn, scope, &keyring, &request, &query)?)
        })
        .await
}

/// Comment on an event request
#[utoipa::path(
    tag = "Event requests",
    params(("id" = EventRequestId, Path, description = "The event request.")),
    request_body = AddComment,
    responses((status = 201, description = "The comment.", body = Comment)),
    extensions(("x-permission" = json!("requests:comment"))),
)]
#[post("/v1/event-requests/{id}/comments")]
pub async fn add_comment(
    access: Access<may::RequestsComment>,
    settings: Data<Settings>,
    Path(id): Path<EventRequestId>,
    Json(input): Json<AddComment>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (request, comment) = commands::add_comment(tx, scope, &settings, &id, &input)?;
            let shown = queries::find(tx.conn, scope, &request, &comment)?;
            Reply::created(
                &shown,
                format!("/v1/event-requests/{id}/comments/{comment}"),
            )
        })
        .await
}

/// Get a comment
#[utoipa::path(
    tag = "Event requests",
    params(
        ("id" = EventRequestId, Path, description = "The event request."),
        ("comment_id" = CommentId, Path, description = "The comment."),
    ),
    responses((status = 200, description = "The comment.", body = Comment)),
    extensions(("x-permission" = json!("requests:read"))),
)]
#[get("/v1/event-requests/{id}/comments/{comment_id}")]
pub async fn get_comment(
    access: Access<may::RequestsRead>,
    Path((id, comment_id)): Path<(EventRequestId, CommentId)>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let request = find_request(conn, scope, &id)?;
            Reply::ok(&queries::find(conn, scope, &request, &comment_id)?)
        })
        .await
}
