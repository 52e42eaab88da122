//! Reading documents of agenda items.

use diesel::prelude::*;

use crate::assemblies::agenda::documents::wire::AgendaDocument;
use crate::assemblies::agenda::model::AgendaDocument as Row;
use crate::assemblies::agenda::queries::find as find_item;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AgendaDocumentId, AgendaItemId};
use crate::schema::agenda_documents;

/// The documents of an item that the caller may read, the oldest first. The item is found first.
///
/// # Errors
///
/// When the database fails.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    item: &AgendaItemId,
) -> Result<Vec<AgendaDocument>, Problem> {
    let rows: Vec<Row> = agenda_documents::table
        .filter(agenda_documents::item_id.eq(item))
        .filter(agenda_documents::marking.eq_any(scope.ceiling().up_to()))
        .order((agenda_documents::created_at, agenda_documents::id))
        .select(Row::as_select())
        .load(conn)?;
    represent(conn, scope, rows)
}

/// The document with this id, if the caller is shown the agenda and may see its marking.
///
/// # Errors
///
/// 404 when not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &AgendaDocumentId) -> Result<Row, Problem> {
    let row: Row = agenda_documents::table
        .filter(agenda_documents::id.eq(id))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    if row.marking > scope.ceiling() {
        return Err(Problem::hidden("agenda_document", id.as_str()));
    }
    find_item(conn, scope, &row.item_id)?;
    Ok(row)
}

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: Vec<Row>,
) -> Result<Vec<AgendaDocument>, Problem> {
    let people = if scope.oversees(Permission::AssembliesRead) {
        rows.iter().map(|row| row.uploaded_by_id.clone()).collect()
    } else {
        Vec::new()
    };
    let names = identity::queries::names_of_users(conn, people, None)?;
    Ok(rows
        .into_iter()
        .map(|row| AgendaDocument {
            uploaded_by: names
                .get(&row.uploaded_by_id)
                .map_or_else(|| "The office".to_owned(), Clone::clone),
            id: row.id,
            session_id: row.session_id,
            item_id: row.item_id,
            filename: row.filename,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
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
    row: Row,
) -> Result<AgendaDocument, Problem> {
    represent(conn, scope, vec![row])?
        .pop()
        .ok_or_else(|| Problem::internal("a document has no representation"))
}

/// How many documents an item has.
///
/// # Errors
///
/// When the database fails.
pub fn count(conn: &mut Connection, item: &AgendaItemId) -> Result<i64, Problem> {
    Ok(agenda_documents::table
        .filter(agenda_documents::item_id.eq(item))
        .count()
        .get_result(conn)?)
}

/// Those of these keys of the store that a document has.
///
/// # Errors
///
/// When the database fails.
pub fn known_keys(conn: &mut Connection, keys: Vec<String>) -> Result<Vec<String>, Problem> {
    Ok(agenda_documents::table
        .filter(agenda_documents::storage_key.eq_any(keys))
        .select(agenda_documents::storage_key)
        .load(conn)?)
}
