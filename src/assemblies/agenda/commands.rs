//! Adding, changing, deleting and striking items of an agenda.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::agenda::amending::{Amending, agenda_event, begin, item_json};
use crate::assemblies::agenda::model::{AgendaChange, AgendaItem};
use crate::assemblies::agenda::queries::{find, rows};
use crate::assemblies::agenda::tree::{DEEPEST, MOST, Tree};
use crate::assemblies::agenda::wire::{CreateAgendaItem, UpdateAgendaItem};
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::find as find_session;
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AgendaItemId, AssemblySessionId, MotionId};
use crate::kernel::text;
use crate::schema::{agenda_documents, agenda_items, motions};

/// Stores the places of items that have another now. `before` are the items as they were.
///
/// # Errors
///
/// When the database fails.
pub fn store_places(tx: &mut Tx<'_>, before: &Tree, after: &[AgendaItem]) -> Result<(), Problem> {
    for item in after {
        let is_same = before.get(&item.id).is_some_and(|old| {
            (&old.parent_id, old.position, &old.number)
                == (&item.parent_id, item.position, &item.number)
        });
        if is_same {
            continue;
        }
        diesel::update(agenda_items::table.filter(agenda_items::id.eq(&item.id)))
            .set((
                agenda_items::parent_id.eq(&item.parent_id),
                agenda_items::position.eq(item.position),
                agenda_items::number.eq(&item.number),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Adds an item.
///
/// # Errors
///
/// 404; 409 once the session is over; 422 with every broken rule.
pub fn create_item(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
    input: &CreateAgendaItem,
) -> Result<(Session, AgendaItem), Problem> {
    find_session(tx.conn, scope, session)?;
    let session = begin(tx, scope, session)?;
    let before = Tree::of(rows(tx.conn, &session.id)?);
    let mut faults = Faults::default();
    let amending = Amending::of(&session, input.reason.as_deref(), &mut faults);
    faults.require(
        before.len() < MOST,
        "",
        "too_many_items",
        "cannot be added: an agenda has 500 items at most",
    );
    let parent = input.parent_id.as_ref();
    if let Some(parent) = parent {
        match before.get(parent) {
            None => faults.add("/parent_id", "unknown", "is no item of this agenda"),
            Some(item) => {
                faults.require(
                    !item.is_struck,
                    "/parent_id",
                    "struck",
                    "was struck from the agenda",
                );
                faults.require(
                    before.depth_of(parent) < DEEPEST,
                    "/parent_id",
                    "too_deep",
                    "stands so deep that nothing can be put under it",
                );
            }
        }
    }
    let siblings = before.under(parent).len();
    let index = input.position.map_or(siblings, |position| {
        usize::try_from(position - 1).unwrap_or(usize::MAX)
    });
    faults.require(
        index <= siblings,
        "/position",
        "maximum",
        "lies beyond the place after the last",
    );
    faults.finish()?;
    let fresh = AgendaItem {
        id: AgendaItemId::fresh(),
        session_id: session.id.clone(),
        parent_id: input.parent_id.clone(),
        position: 0,
        number: String::new(),
        title: text::clean(&input.title),
        description: text::clean_optional(input.description.as_deref()),
        minutes: input.minutes,
        is_struck: false,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let id = fresh.id.clone();
    let mut tree = before.clone();
    tree.insert(fresh, index);
    let (new, others): (Vec<_>, Vec<_>) =
        tree.numbered().into_iter().partition(|item| item.id == id);
    let item = new
        .into_iter()
        .next()
        .ok_or_else(|| Problem::internal("a new item has no place"))?;
    diesel::insert_into(agenda_items::table)
        .values(item.clone())
        .execute(tx.conn)?;
    store_places(tx, &before, &others)?;
    amending.keep(
        tx,
        AgendaChange::Added,
        Some(&item.id),
        None,
        Some(item_json(&item)),
    )?;
    tx.record(
        agenda_event("assembly_session.agenda_item_added", &session)
            .payload(json!({"item_id": item.id, "after": item_json(&item)})),
    )?;
    Ok((session.into_inner(), item))
}

/// Changes an item.
///
/// # Errors
///
/// 404; 409 once the session is over, or when the item was struck; 412; 422.
pub fn update_item(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AgendaItemId,
    if_match: IfMatch,
    change: &UpdateAgendaItem,
) -> Result<(Session, AgendaItem), Problem> {
    let (session, _) = find(tx.conn, scope, id)?;
    let session = begin(tx, scope, &session.id)?;
    let stored = current(tx, id, if_match)?;
    let mut faults = Faults::default();
    let amending = Amending::of(&session, change.reason.as_deref(), &mut faults);
    faults.finish()?;
    let mut row = stored.clone();
    if let Some(title) = &change.title {
        row.title = text::clean(title);
    }
    change.description.clone().apply(&mut row.description);
    row.description = text::clean_optional(row.description.as_deref());
    change.minutes.clone().apply(&mut row.minutes);
    let row = store(tx, &stored, row)?;
    amending.keep(
        tx,
        AgendaChange::Changed,
        Some(id),
        Some(item_json(&stored)),
        Some(item_json(&row)),
    )?;
    tx.record(
        agenda_event("assembly_session.agenda_item_changed", &session).payload(json!({
            "item_id": id, "before": item_json(&stored), "after": item_json(&row),
        })),
    )?;
    Ok((session.into_inner(), row))
}

/// The item as it is under the lock of its session, at the version that was read.
fn current(tx: &mut Tx<'_>, id: &AgendaItemId, if_match: IfMatch) -> Result<AgendaItem, Problem> {
    let row: AgendaItem = agenda_items::table
        .filter(agenda_items::id.eq(id))
        .select(AgendaItem::as_select())
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    if_match.check(row.version)?;
    if row.is_struck {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The item was struck from the agenda.",
        )
        .with("state", "struck"));
    }
    Ok(row)
}

fn store(tx: &mut Tx<'_>, stored: &AgendaItem, mut row: AgendaItem) -> Result<AgendaItem, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        agenda_items::table
            .filter(agenda_items::id.eq(&row.id))
            .filter(agenda_items::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}

/// Deletes an item and everything under it, while the agenda is not published.
///
/// # Errors
///
/// 404; 409 once it is, or when motions name an item; 412.
pub fn delete_item(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AgendaItemId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let (session, _) = find(tx.conn, scope, id)?;
    let session = begin(tx, scope, &session.id)?;
    let stored = current(tx, id, if_match)?;
    if session.agenda_published_at.is_some() {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The agenda is published: an item is struck, and stays visible.",
        )
        .with("state", session.status.as_str())
        .with("allowed_actions", vec!["strike"]));
    }
    let before = Tree::of(rows(tx.conn, &session.id)?);
    let mut tree = before.clone();
    let mut gone = tree.remove(id);
    let named: Vec<MotionId> = motions::table
        .filter(motions::agenda_item_id.eq_any(gone.iter().map(Some).collect::<Vec<_>>()))
        .order(motions::id)
        .select(motions::id)
        .load(tx.conn)?;
    if !named.is_empty() {
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        return Err(Problem::new(
            Code::Conflict,
            "Motions are to be taken up under it: give them another item first.",
        )
        .with("motions", named));
    }
    diesel::delete(agenda_documents::table.filter(agenda_documents::item_id.eq_any(&gone)))
        .execute(tx.conn)?;
    // What is under an item goes before it.
    gone.reverse();
    for id in &gone {
        diesel::delete(agenda_items::table.filter(agenda_items::id.eq(id))).execute(tx.conn)?;
    }
    store_places(tx, &before, &tree.numbered())?;
    tx.record(
        agenda_event("assembly_session.agenda_item_deleted", &session).payload(json!({
            "item_id": id, "before": item_json(&stored), "items": gone.len(),
        })),
    )
}

/// Strikes an item and everything under it from a published agenda. They stay visible.
///
/// # Errors
///
/// 404; 409 before the agenda is published, once the session is over, or when it was struck; 412.
pub fn strike_item(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AgendaItemId,
    if_match: IfMatch,
    reason: &str,
) -> Result<(Session, AgendaItem), Problem> {
    let (session, _) = find(tx.conn, scope, id)?;
    let session = begin(tx, scope, &session.id)?;
    let stored = current(tx, id, if_match)?;
    if session.agenda_published_at.is_none() {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The agenda is not published: an item that is not wanted is deleted.",
        )
        .with("state", session.status.as_str())
        .with("allowed_actions", vec!["delete"]));
    }
    let mut faults = Faults::default();
    let amending = Amending::of(&session, Some(reason), &mut faults);
    faults.finish()?;
    let tree = Tree::of(rows(tx.conn, &session.id)?);
    let mut struck = None;
    for id in tree.branch(id) {
        let Some(item) = tree.get(&id).filter(|item| !item.is_struck) else {
            continue;
        };
        let row = AgendaItem {
            is_struck: true,
            ..item.clone()
        };
        let row = store(tx, item, row)?;
        amending.keep(
            tx,
            AgendaChange::Struck,
            Some(&id),
            Some(item_json(item)),
            None,
        )?;
        struck.get_or_insert(row);
    }
    tx.record(
        agenda_event("assembly_session.agenda_item_struck", &session)
            .payload(json!({"item_id": id, "before": item_json(&stored), "reason": reason})),
    )?;
    let row = struck.ok_or_else(|| Problem::internal("nothing was struck"))?;
    Ok((session.into_inner(), row))
}
