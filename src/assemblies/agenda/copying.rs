//! Copying an agenda to another session.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::agenda::model::AgendaItem;
use crate::assemblies::agenda::queries::rows;
use crate::assemblies::agenda::tree::Tree;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::{AgendaItemId, AssemblySessionId};
use crate::schema::agenda_items;

/// Copies the items of a session that were not struck, with their places and the time allotted, to a
/// session that has none. Returns how many there are.
///
/// # Errors
///
/// When the database fails.
pub fn copy(
    tx: &mut Tx<'_>,
    from: &AssemblySessionId,
    to: &AssemblySessionId,
) -> Result<usize, Problem> {
    let source = Tree::of(rows(tx.conn, from)?);
    let mut copies: HashMap<AgendaItemId, AgendaItemId> = HashMap::new();
    let mut tree = Tree::default();
    for item in source.in_order() {
        // What is under a struck item was struck with it.
        if item.is_struck {
            continue;
        }
        let id = AgendaItemId::fresh();
        copies.insert(item.id.clone(), id.clone());
        let parent = item.parent_id.as_ref();
        let copy = AgendaItem {
            id,
            session_id: to.clone(),
            parent_id: parent.and_then(|parent| copies.get(parent).cloned()),
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
            ..item.clone()
        };
        tree.insert(copy, usize::MAX);
    }
    // An item comes before what refers to it.
    let items = tree.numbered();
    if !items.is_empty() {
        crate::insert_all!(&mut *tx.conn, agenda_items::table, &items)?;
    }
    Ok(items.len())
}
