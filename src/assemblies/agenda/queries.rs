//! Reading agendas.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::agenda::model::{
    AgendaAmendment as AmendmentRow, AgendaItem as Row, SpeakerStatus,
};
use crate::assemblies::agenda::tree::Tree;
use crate::assemblies::agenda::wire::{AgendaAmendment, AgendaItem};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible::{sees_agenda, visible};
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AgendaItemId, AssemblySessionId};
use crate::kernel::time::Timestamp;
use crate::schema::{
    agenda_amendments, agenda_documents, agenda_items, agenda_speakers, assembly_sessions,
};

/// The items of a session, in no order.
///
/// # Errors
///
/// When the database fails.
pub fn rows(conn: &mut Connection, session: &AssemblySessionId) -> Result<Vec<Row>, Problem> {
    Ok(agenda_items::table
        .filter(agenda_items::session_id.eq(session))
        .select(Row::as_select())
        .load(conn)?)
}

/// The item with this id and its session, if the caller is shown the agenda.
///
/// # Errors
///
/// 404 when not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &AgendaItemId,
) -> Result<(Session, Row), Problem> {
    let row: Row = agenda_items::table
        .filter(agenda_items::id.eq(id))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    let session = visible(scope)
        .filter(assembly_sessions::id.eq(row.session_id.clone()))
        .select(Session::as_select())
        .first(conn)
        .optional()?
        .filter(|session| sees_agenda(scope, session))
        .ok_or_else(|| Problem::hidden("agenda_item", id.as_str()))?;
    Ok((session, row))
}

/// The agenda of a session as this caller sees it, in order; nothing until they are shown it. Three
/// statements, however many items.
///
/// # Errors
///
/// When the database fails.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
    now: Timestamp,
) -> Result<Vec<AgendaItem>, Problem> {
    if !sees_agenda(scope, session) {
        return Ok(Vec::new());
    }
    let tree = Tree::of(rows(conn, &session.id)?);
    let figures = Figures::read(conn, scope, session, now)?;
    let minutes = tree.minutes();
    Ok(tree
        .in_order()
        .into_iter()
        .map(|row| shown(row, session, scope, &tree, &minutes, &figures))
        .collect())
}

/// One item as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
    id: &AgendaItemId,
    now: Timestamp,
) -> Result<AgendaItem, Problem> {
    let tree = Tree::of(rows(conn, &session.id)?);
    let figures = Figures::read(conn, scope, session, now)?;
    let row = tree.get(id).ok_or_else(Problem::not_found)?;
    Ok(shown(row, session, scope, &tree, &tree.minutes(), &figures))
}

/// What is counted for the items of a session.
#[derive(Debug, Default)]
struct Figures {
    documents: HashMap<AgendaItemId, i64>,
    spoken: HashMap<AgendaItemId, i64>,
}

impl Figures {
    fn read(
        conn: &mut Connection,
        scope: &Scope,
        session: &Session,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let documents: Vec<(AgendaItemId, i64)> = agenda_documents::table
            .filter(agenda_documents::session_id.eq(&session.id))
            .filter(agenda_documents::marking.eq_any(scope.ceiling().up_to()))
            .group_by(agenda_documents::item_id)
            .select((agenda_documents::item_id, diesel::dsl::count_star()))
            .load(conn)?;
        let times: Vec<(AgendaItemId, Option<Timestamp>, Option<Timestamp>)> =
            agenda_speakers::table
                .filter(agenda_speakers::session_id.eq(&session.id))
                .filter(
                    agenda_speakers::status
                        .eq_any([SpeakerStatus::Speaking, SpeakerStatus::Spoken]),
                )
                .select((
                    agenda_speakers::item_id,
                    agenda_speakers::started_at,
                    agenda_speakers::ended_at,
                ))
                .load(conn)?;
        let mut spoken: HashMap<AgendaItemId, i64> = HashMap::new();
        for (item, started, ended) in times {
            *spoken.entry(item).or_default() += seconds_spoken(started, ended, now);
        }
        Ok(Self {
            documents: documents.into_iter().collect(),
            spoken,
        })
    }
}

/// For how long somebody has spoken: until they ended, or until now.
#[must_use]
pub fn seconds_spoken(started: Option<Timestamp>, ended: Option<Timestamp>, now: Timestamp) -> i64 {
    started.map_or(0, |started| started.seconds_until(ended.unwrap_or(now)))
}

fn shown(
    row: &Row,
    session: &Session,
    scope: &Scope,
    tree: &Tree,
    minutes: &HashMap<AgendaItemId, i64>,
    figures: &Figures,
) -> AgendaItem {
    AgendaItem {
        id: row.id.clone(),
        session_id: row.session_id.clone(),
        parent_id: row.parent_id.clone(),
        number: row.number.clone(),
        position: row.position,
        depth: i64::try_from(tree.depth_of(&row.id)).unwrap_or(i64::MAX),
        title: row.title.clone(),
        description: row.description.clone(),
        minutes: row.minutes,
        minutes_total: minutes.get(&row.id).copied().unwrap_or(0),
        is_struck: row.is_struck,
        documents: figures.documents.get(&row.id).copied().unwrap_or(0),
        seconds_spoken: figures.spoken.get(&row.id).copied().unwrap_or(0),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, session, scope),
    }
}

/// What the caller may do with an item.
#[must_use]
pub fn allowed_actions(row: &Row, session: &Session, scope: &Scope) -> Vec<String> {
    let mut actions: Vec<&str> = Vec::new();
    if row.is_struck {
        return Vec::new();
    }
    if scope.oversees(Permission::SessionsClerk) && session.status.is_changeable() {
        actions.extend(["update", "add-document"]);
        actions.push(if session.agenda_published_at.is_some() {
            "strike"
        } else {
            "delete"
        });
    }
    // Whether they may act for a seat is asked when they do.
    if session.status == SessionStatus::Open && scope.can(Permission::MotionsWrite) {
        actions.push("ask-for-floor");
    }
    actions.into_iter().map(str::to_owned).collect()
}

/// What was changed of an agenda after it was published, in order.
///
/// # Errors
///
/// When the database fails.
pub fn amendments(
    conn: &mut Connection,
    session: &AssemblySessionId,
) -> Result<Vec<AgendaAmendment>, Problem> {
    let rows: Vec<AmendmentRow> = agenda_amendments::table
        .filter(agenda_amendments::session_id.eq(session))
        .order(agenda_amendments::ordinal)
        .select(AmendmentRow::as_select())
        .load(conn)?;
    let users = rows.iter().filter_map(|row| row.actor_id.clone()).collect();
    let names = identity::queries::names_of_users(conn, users, None)?;
    let parsed = |text: Option<String>| {
        text.map(|text| serde_json::from_str(&text).map_err(Problem::internal))
            .transpose()
    };
    rows.into_iter()
        .map(|row| {
            let name = row.actor_id.as_ref().and_then(|id| names.get(id));
            Ok(AgendaAmendment {
                ordinal: row.ordinal,
                change: row.change,
                item_id: row.item_id,
                before: parsed(row.before)?,
                after: parsed(row.after)?,
                reason: row.reason,
                amended_by: name.map_or_else(|| "The office".to_owned(), Clone::clone),
                occurred_at: row.occurred_at,
            })
        })
        .collect()
}
