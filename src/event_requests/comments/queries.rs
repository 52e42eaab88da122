//! Reading comments. The request itself is found first, so it may be read by the caller.

use diesel::prelude::*;

use crate::event_requests::comments::wire::{Comment, CommentQuery, CommentRow, CommentSort};
use crate::event_requests::model::{EventRequest, Visibility};
use crate::event_requests::names::Names;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{CommentId, EventRequestId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::request_comments::{self, dsl as table};

type Boxed = request_comments::BoxedQuery<'static, Backend>;

/// The comments of a request that exist for this caller: within the marking, and for a city those
/// that are shared.
fn visible(scope: &Scope, request: &EventRequestId) -> Boxed {
    let found = table::request_comments
        .filter(table::request_id.eq(request.clone()))
        .filter(table::marking.eq_any(scope.ceiling().up_to()))
        .into_boxed();
    if scope.is_federal() {
        return found;
    }
    found.filter(table::visibility.eq(Visibility::Shared))
}

/// A page of a request's comments.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    request: &EventRequest,
    query: &CommentQuery,
) -> Result<Page<Comment>, Problem> {
    let base = || {
        let found = visible(scope, &request.id);
        match query.visibility {
            Some(visibility) => found.filter(table::visibility.eq(visibility)),
            None => found,
        }
    };
    let wanted = PageRequest::within(keyring, query, request.id.as_str())?;
    let rows: Vec<CommentRow> = crate::seek!(
        base(), table::created_at, table::id,
        descending: query.sort == Some(CommentSort::CreatedAtDescending),
        after: wanted.after_as::<Timestamp>()?
    )
    .limit(wanted.rows_to_read())
    .select(CommentRow::as_select())
    .load(conn)?;
    let total = wanted
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = wanted.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    let authors = page
        .data
        .iter()
        .map(|row| (row.author_kind.as_str(), row.author_id.as_str()));
    let names = Names::read(conn, scope, request, authors)?;
    Ok(page.map(|row| shown(row, &names)))
}

fn shown(row: CommentRow, names: &Names) -> Comment {
    Comment {
        author: names.of(&row.author_kind, Some(&row.author_id)),
        id: row.id,
        visibility: row.visibility,
        marking: row.marking,
        body: row.body,
        created_at: row.created_at,
    }
}

/// One comment of a request.
///
/// # Errors
///
/// 404 when it does not exist for the caller.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequest,
    id: &CommentId,
) -> Result<Comment, Problem> {
    let row: CommentRow = visible(scope, &request.id)
        .filter(table::id.eq(id.clone()))
        .select(CommentRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    let author = (row.author_kind.clone(), row.author_id.clone());
    let names = Names::read(
        conn,
        scope,
        request,
        std::iter::once((author.0.as_str(), author.1.as_str())),
    )?;
    Ok(shown(row, &names))
}
