//! The order of an agenda as a whole: set at once, or not at all.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::assemblies::agenda::amending::{Amending, agenda_event, begin};
use crate::assemblies::agenda::commands::store_places;
use crate::assemblies::agenda::model::{AgendaChange, AgendaItem};
use crate::assemblies::agenda::queries::rows;
use crate::assemblies::agenda::tree::{DEEPEST, Tree};
use crate::assemblies::agenda::wire::{AgendaNode, AgendaOrder};
use crate::assemblies::sessions::aggregate::store;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::find;
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::{AgendaItemId, AssemblySessionId};

/// Gives an agenda another order, against a version of the session.
///
/// # Errors
///
/// 404; 409 once the session is over; 412; 422 unless every item is named exactly once.
pub fn reorder(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &AgendaOrder,
) -> Result<Session, Problem> {
    find(tx.conn, scope, id)?;
    let session = begin(tx, scope, id)?;
    session.expect(if_match)?;
    let before = Tree::of(rows(tx.conn, id)?);
    let mut faults = Faults::default();
    let amending = Amending::of(&session, input.reason.as_deref(), &mut faults);
    let places = places(&input.items, &before, &mut faults);
    faults.finish()?;
    let after = before.rearranged(&places).numbered();
    store_places(tx, &before, &after)?;
    let (was, is) = (outline(&before.numbered()), outline(&after));
    amending.keep(
        tx,
        AgendaChange::Reordered,
        None,
        Some(was.clone()),
        Some(is.clone()),
    )?;
    // The order is the session's: two who change it from the same one do not both succeed.
    let row = store(tx, &session, Session::clone(&session))?;
    tx.record(
        agenda_event("assembly_session.agenda_reordered", &row)
            .payload(json!({"before": was, "after": is})),
    )?;
    Ok(row)
}

/// Every item with the one it is put under, in order, after noting what is wrong.
fn places(
    nodes: &[AgendaNode],
    tree: &Tree,
    faults: &mut Faults,
) -> Vec<(AgendaItemId, Option<AgendaItemId>)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting: Vec<(&AgendaNode, Option<&AgendaItemId>, usize, String)> = nodes
        .iter()
        .enumerate()
        .rev()
        .map(|(at, node)| (node, None, 1, format!("/items/{at}")))
        .collect();
    while let Some((node, parent, depth, pointer)) = waiting.pop() {
        let at = format!("{pointer}/id");
        faults.require(
            tree.get(&node.id).is_some(),
            &at,
            "unknown",
            "is no item of this agenda",
        );
        faults.require(
            seen.insert(node.id.clone()),
            &at,
            "repeated",
            "is named more than once",
        );
        faults.require(
            depth <= DEEPEST,
            &at,
            "too_deep",
            "stands deeper than five levels",
        );
        let is_struck = |id: &AgendaItemId| tree.get(id).is_some_and(|item| item.is_struck);
        faults.require(
            is_struck(&node.id) || !parent.is_some_and(is_struck),
            &at,
            "struck",
            "cannot stand under an item that was struck",
        );
        found.push((node.id.clone(), parent.cloned()));
        let children = node.children.iter().enumerate().rev();
        waiting.extend(children.map(|(at, child)| {
            let pointer = format!("{pointer}/children/{at}");
            (child, Some(&node.id), depth + 1, pointer)
        }));
    }
    for item in tree.in_order() {
        faults.require(
            seen.contains(&item.id),
            "/items",
            "left_out",
            &format!("leaves out {}", item.id),
        );
    }
    found
}

fn outline(items: &[AgendaItem]) -> Value {
    items
        .iter()
        .map(|item| json!({"id": item.id, "number": item.number, "title": item.title}))
        .collect()
}
