//! Writing comments.

use diesel::prelude::*;
use serde_json::json;

use crate::event_requests::aggregate::acquire;
use crate::event_requests::comments::wire::{AddComment, CommentRow};
use crate::event_requests::journal;
use crate::event_requests::model::{EventRequest, Visibility};
use crate::event_requests::settings::Settings;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{CommentId, EventRequestId};
use crate::kernel::text;
use crate::schema::request_comments;

/// Adds a comment.
///
/// # Errors
///
/// 404; 422 with every broken rule.
pub fn add_comment(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &EventRequestId,
    input: &AddComment,
) -> Result<(EventRequest, CommentId), Problem> {
    let request = acquire(tx, scope, settings, id, Permission::RequestsComment)?;
    let mut faults = Faults::default();
    faults.require(
        input.visibility == Visibility::Shared || scope.is_federal(),
        "/visibility",
        "not_permitted",
        "is for the office's own comments",
    );
    scope.check_marking(Some(input.marking), "/marking", &mut faults);
    faults.finish()?;
    let row = CommentRow {
        id: CommentId::fresh(),
        request_id: id.clone(),
        author_kind: scope.actor().kind().to_owned(),
        author_id: scope.actor().id().unwrap_or_default().to_owned(),
        visibility: input.visibility,
        marking: input.marking,
        body: text::clean(&input.body),
        created_at: tx.now,
    };
    diesel::insert_into(request_comments::table)
        .values(row.clone())
        .execute(tx.conn)?;
    let is_shared = row.visibility == Visibility::Shared;
    let kind = if is_shared {
        "event_request.comment_added"
    } else {
        "event_request.note_added"
    };
    tx.record(
        journal::part(kind, &request, is_shared, row.marking)
            .payload(json!({"comment_id": row.id, "visibility": row.visibility})),
    )?;
    Ok((request.into_inner(), row.id))
}

/// Deletes the comments of a draft that goes.
///
/// # Errors
///
/// When the database fails.
pub(in crate::event_requests) fn delete_all(
    tx: &mut Tx<'_>,
    id: &EventRequestId,
) -> Result<(), Problem> {
    diesel::delete(request_comments::table.filter(request_comments::request_id.eq(id)))
        .execute(tx.conn)?;
    Ok(())
}
