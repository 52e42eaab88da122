//! Reading documents. The request itself is found first, so it may be read by the caller.

use diesel::prelude::*;

use crate::event_requests::documents::wire::{Document, DocumentRow};
use crate::event_requests::model::{DocumentKind, EventRequest, Visibility};
use crate::event_requests::names::Names;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::Problem;
use crate::kernel::id::{DocumentId, EventRequestId};
use crate::kernel::marking::Marking;
use crate::schema::request_documents::{self, dsl as table};

type Boxed = request_documents::BoxedQuery<'static, Backend>;

/// The documents of a request that exist for this caller: within the marking, and for a city those
/// that are shared.
fn visible(scope: &Scope, request: &EventRequestId) -> Boxed {
    let found = table::request_documents
        .filter(table::request_id.eq(request.clone()))
        .filter(table::marking.eq_any(scope.ceiling().up_to()))
        .into_boxed();
    if scope.is_federal() {
        return found;
    }
    found.filter(table::visibility.eq(Visibility::Shared))
}

/// The documents of a request, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequest,
) -> Result<Vec<Document>, Problem> {
    let rows: Vec<DocumentRow> = visible(scope, &request.id)
        .order((table::created_at, table::id))
        .select(DocumentRow::as_select())
        .load(conn)?;
    represent(conn, scope, request, rows)
}

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequest,
    rows: Vec<DocumentRow>,
) -> Result<Vec<Document>, Problem> {
    let uploaders = rows
        .iter()
        .map(|row| (row.uploaded_by_kind.as_str(), row.uploaded_by_id.as_str()));
    let names = Names::read(conn, scope, request, uploaders)?;
    Ok(rows
        .into_iter()
        .map(|row| Document {
            uploaded_by: names.of(&row.uploaded_by_kind, Some(&row.uploaded_by_id)),
            id: row.id,
            kind: row.kind,
            filename: row.filename,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
            visibility: row.visibility,
            marking: row.marking,
            created_at: row.created_at,
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequest,
    row: DocumentRow,
) -> Result<Document, Problem> {
    represent(conn, scope, request, vec![row])?
        .pop()
        .ok_or_else(|| Problem::internal("a document has no representation"))
}

/// One document of a request. The attempt on one that exists for others is written into the
/// journal.
///
/// # Errors
///
/// 404 when it does not exist for the caller.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    request: &EventRequestId,
    id: &DocumentId,
) -> Result<DocumentRow, Problem> {
    let found = visible(scope, request)
        .filter(table::id.eq(id.clone()))
        .select(DocumentRow::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<DocumentId> = table::request_documents
        .filter(table::request_id.eq(request))
        .filter(table::id.eq(id))
        .select(table::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("document", id.as_str()),
        None => Problem::not_found(),
    })
}

/// Whether a request has a document of this kind that the city gave or may see.
///
/// # Errors
///
/// When the database fails.
pub fn has(
    conn: &mut Connection,
    request: &EventRequestId,
    kind: DocumentKind,
) -> Result<bool, Problem> {
    let count: i64 = table::request_documents
        .filter(table::request_id.eq(request))
        .filter(table::kind.eq(kind))
        .filter(table::visibility.eq(Visibility::Shared))
        .filter(table::marking.ne(Marking::Cui))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

/// How many documents a request has.
///
/// # Errors
///
/// When the database fails.
pub fn count(conn: &mut Connection, request: &EventRequestId) -> Result<i64, Problem> {
    Ok(table::request_documents
        .filter(table::request_id.eq(request))
        .count()
        .get_result(conn)?)
}

/// Those of these keys of the store that a document has.
///
/// # Errors
///
/// When the database fails.
pub fn known_keys(conn: &mut Connection, keys: Vec<String>) -> Result<Vec<String>, Problem> {
    Ok(table::request_documents
        .filter(table::storage_key.eq_any(keys))
        .select(table::storage_key)
        .load(conn)?)
}
