//! Reading lists of speakers.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::agenda::model::{Speaker as Row, SpeakerStatus};
use crate::assemblies::agenda::queries::{find as find_item, seconds_spoken};
use crate::assemblies::agenda::speakers::wire::AgendaSpeaker;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AgendaItemId, OrganizationId, SpeakerId};
use crate::kernel::time::Timestamp;
use crate::schema::{agenda_speakers, organizations, seats};

/// The place with this id and its session, if the caller is shown the agenda.
///
/// # Errors
///
/// 404 when not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &SpeakerId,
) -> Result<(Session, Row), Problem> {
    let row = load(conn, id)?;
    let (session, _) = find_item(conn, scope, &row.item_id)?;
    Ok((session, row))
}

/// The place with this id.
///
/// # Errors
///
/// 404.
pub fn load(conn: &mut Connection, id: &SpeakerId) -> Result<Row, Problem> {
    agenda_speakers::table
        .filter(agenda_speakers::id.eq(id))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// Everyone on the list of an item: who has the floor, who waits in their order, who has spoken, who
/// no longer wants to. Two statements, however many.
///
/// # Errors
///
/// When the database fails.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
    item: &AgendaItemId,
    now: Timestamp,
) -> Result<Vec<AgendaSpeaker>, Problem> {
    let mut rows: Vec<(Row, OrganizationId, String)> = agenda_speakers::table
        .inner_join(seats::table.inner_join(organizations::table))
        .filter(agenda_speakers::item_id.eq(item))
        .select((Row::as_select(), organizations::id, organizations::name))
        .load(conn)?;
    let place = |status: SpeakerStatus| match status {
        SpeakerStatus::Speaking => 0,
        SpeakerStatus::Waiting => 1,
        SpeakerStatus::Spoken => 2,
        SpeakerStatus::Withdrawn => 3,
    };
    rows.sort_by(|(a, ..), (b, ..)| {
        let key = |row: &Row| {
            let goes_first = row.status == SpeakerStatus::Waiting && row.is_point_of_order;
            (place(row.status), !goes_first, row.started_at)
        };
        (key(a), a.requested_at, &a.id).cmp(&(key(b), b.requested_at, &b.id))
    });
    let people = rows
        .iter()
        .map(|(row, ..)| row.user_id.to_string())
        .collect();
    let names: HashMap<String, String> = identity::queries::names_of_users(conn, people, None)?;
    let mut waiting = 0;
    Ok(rows
        .into_iter()
        .map(|(row, organization_id, organization_name)| {
            let is_waiting = row.status == SpeakerStatus::Waiting;
            waiting += i64::from(is_waiting);
            AgendaSpeaker {
                name: names.get(row.user_id.as_str()).cloned().unwrap_or_default(),
                position: is_waiting.then_some(waiting),
                seconds_spoken: seconds_spoken(row.started_at, row.ended_at, now),
                allowed_actions: allowed_actions(&row, session, scope),
                id: row.id,
                session_id: row.session_id,
                item_id: row.item_id,
                seat_id: row.seat_id,
                organization_id,
                organization_name,
                user_id: row.user_id,
                is_point_of_order: row.is_point_of_order,
                note: row.note,
                status: row.status,
                requested_at: row.requested_at,
                started_at: row.started_at,
                ended_at: row.ended_at,
            }
        })
        .collect())
}

/// One place, as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    session: &Session,
    row: &Row,
    now: Timestamp,
) -> Result<AgendaSpeaker, Problem> {
    list(conn, scope, session, &row.item_id, now)?
        .into_iter()
        .find(|shown| shown.id == row.id)
        .ok_or_else(|| Problem::internal("a place in the list has no representation"))
}

fn allowed_actions(row: &Row, session: &Session, scope: &Scope) -> Vec<String> {
    let is_clerk = scope.oversees(Permission::SessionsClerk);
    let mut actions: Vec<&str> = Vec::new();
    match row.status {
        SpeakerStatus::Waiting => {
            if is_clerk && session.status == SessionStatus::Open {
                actions.push("start");
            }
            if session.status.is_convened() && (is_clerk || scope.user() == Some(&row.user_id)) {
                actions.push("withdraw");
            }
        }
        SpeakerStatus::Speaking if is_clerk => actions.push("finish"),
        _ => {}
    }
    actions.into_iter().map(str::to_owned).collect()
}
