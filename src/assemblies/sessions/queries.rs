//! Reading sessions.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::sessions::lifecycle::{LIFECYCLE, SessionAction, SessionStatus};
use crate::assemblies::sessions::model::{LegalReview, Session as Row};
use crate::assemblies::sessions::visible::{
    Boxed, sees_agenda, sees_participants, sees_preparation, visible,
};
use crate::assemblies::sessions::wire::{
    AssemblySession, AssemblySessionQuery, AssemblySessionSort,
};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{ListQuery, Page, PageRequest, Problem};
use crate::kernel::id::{AssemblyId, AssemblySessionId};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::{agenda_items, assembly_sessions, session_participants};

fn filtered(scope: &Scope, assembly: Option<&AssemblyId>, query: &AssemblySessionQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(assembly) = assembly {
        found = found.filter(assembly_sessions::assembly_id.eq(assembly.clone()));
    }
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                assembly_sessions::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(assembly_sessions::status.eq(status));
    }
    if let Some(from) = query.starts_after {
        found = found.filter(assembly_sessions::starts_at.ge(from));
    }
    if let Some(until) = query.starts_before {
        found = found.filter(assembly_sessions::starts_at.lt(until));
    }
    found
}

/// A page of the sessions that the caller may see: of one assembly, or of all.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    assembly: Option<&AssemblyId>,
    query: &AssemblySessionQuery,
) -> Result<Page<AssemblySession>, Problem> {
    let parent = assembly.map_or(AssemblySessionQuery::LIST, AssemblyId::as_str);
    let request = PageRequest::within(keyring, query, parent)?;
    let base = || filtered(scope, assembly, query);
    let rows: Vec<Row> = crate::seek!(
        base(), assembly_sessions::starts_at, assembly_sessions::id,
        descending: query.sort != Some(AssemblySessionSort::StartsAt),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.starts_at.to_string(), row.id.to_string())
    });
    let figures = Figures::read(conn, scope, &page.data)?;
    Ok(page.map(|row| shown(&row, scope, &figures)))
}

/// One session as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
) -> Result<AssemblySession, Problem> {
    let figures = Figures::read(conn, scope, std::slice::from_ref(row))?;
    Ok(shown(row, scope, &figures))
}

/// What is counted for some sessions, as far as the caller may know: two statements, however many.
#[derive(Debug, Default)]
struct Figures {
    /// Items and their minutes.
    agendas: HashMap<AssemblySessionId, (i64, i64)>,
    participants: HashMap<AssemblySessionId, i64>,
}

impl Figures {
    fn read(conn: &mut Connection, scope: &Scope, rows: &[Row]) -> Result<Self, Problem> {
        let mut figures = Self::default();
        let those = |sees: fn(&Scope, &Row) -> bool| -> Vec<AssemblySessionId> {
            rows.iter()
                .filter(|row| sees(scope, row))
                .map(|row| row.id.clone())
                .collect()
        };
        let of_agendas = those(sees_agenda);
        let items: Vec<(AssemblySessionId, Option<i64>)> = agenda_items::table
            .filter(agenda_items::session_id.eq_any(&of_agendas))
            .filter(agenda_items::is_struck.eq(false))
            .select((agenda_items::session_id, agenda_items::minutes))
            .load(conn)?;
        figures.agendas = of_agendas.into_iter().map(|id| (id, (0, 0))).collect();
        for (session, minutes) in items {
            let (count, sum) = figures.agendas.entry(session).or_default();
            *count += 1;
            *sum += minutes.unwrap_or(0);
        }
        let of_participants = those(sees_participants);
        let people: Vec<(AssemblySessionId, i64)> = session_participants::table
            .filter(session_participants::session_id.eq_any(&of_participants))
            .filter(session_participants::removed_at.is_null())
            .group_by(session_participants::session_id)
            .select((session_participants::session_id, diesel::dsl::count_star()))
            .load(conn)?;
        figures.participants = of_participants.into_iter().map(|id| (id, 0)).collect();
        figures.participants.extend(people);
        Ok(figures)
    }
}

fn shown(row: &Row, scope: &Scope, figures: &Figures) -> AssemblySession {
    let zone = row.zone();
    let is_office = scope.oversees(Permission::AssembliesRead);
    let agenda = figures.agendas.get(&row.id);
    AssemblySession {
        id: row.id.clone(),
        assembly_id: row.assembly_id.clone(),
        number: row.number,
        title: row.title.clone(),
        status: row.status,
        format: row.format,
        starts_at: ZonedTime::at(row.starts_at, zone),
        ends_at: ZonedTime::at(row.ends_at, zone),
        venue: row.venue.clone(),
        meeting_url: row.meeting_url.clone(),
        presiding: row.presiding.clone(),
        legal_review: is_office.then_some(row.legal_review),
        legal_basis: row.legal_basis.clone().filter(|_| is_office),
        legal_reviewed_by: row.legal_reviewed_by.clone().filter(|_| is_office),
        legal_reviewed_at: row.legal_reviewed_at.filter(|_| is_office),
        federal_officer: row.federal_officer.clone(),
        notice_citation: row.notice_citation.clone(),
        cloned_from_id: row
            .cloned_from_id
            .clone()
            .filter(|_| sees_preparation(scope, row)),
        has_quorum: row.status.is_convened().then_some(row.has_quorum),
        agenda_items: agenda.map(|(count, _)| *count),
        minutes_allotted: agenda.map(|(_, minutes)| *minutes),
        participants: figures.participants.get(&row.id).copied(),
        called_at: row.called_at,
        agenda_published_at: row.agenda_published_at,
        opened_at: row.opened_at,
        adjourned_at: row.adjourned_at,
        adjournment: row.adjournment,
        closing_note: row.closing_note.clone(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, scope),
    }
}

/// What the caller may do with a session. What only the time or somebody else can allow is not left
/// out, but for the hold of the legal review.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<String> {
    let is_held = row.legal_review == LegalReview::Pending;
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, |permission| scope.oversees(permission))
        .iter()
        .filter(|action| {
            !is_held
                || !matches!(
                    action,
                    SessionAction::Call | SessionAction::PublishAgenda | SessionAction::Open
                )
        })
        .map(ToString::to_string)
        .collect();
    let status = row.status;
    if scope.oversees(Permission::SessionsClerk) {
        if status.is_changeable() {
            for action in [
                "update",
                "add-agenda-item",
                "reorder-agenda",
                "add-participant",
                "remove-participant",
            ] {
                actions.push(action.to_owned());
            }
        }
        actions.push("clone".to_owned());
    }
    if scope.oversees(Permission::SessionsReview)
        && status.is_before_opening()
        && row.legal_review != LegalReview::NotNeeded
    {
        actions.push("legal-review".to_owned());
    }
    actions
}

/// The refusal of what cannot be done with a session as it stands.
#[must_use]
pub fn refused(row: &Row, scope: &Scope, what: &str) -> Problem {
    Problem::new(
        crate::kernel::http::Code::NotAllowedInState,
        format!(
            "{what} is not possible while the state is `{}`.",
            row.status
        ),
    )
    .with("state", row.status.as_str())
    .with("allowed_actions", allowed_actions(row, scope))
}

/// Refuses what is not possible in the state of a session.
///
/// # Errors
///
/// 409 with the actions that are.
pub fn expect_state(
    row: &Row,
    scope: &Scope,
    what: &str,
    holds: impl Fn(SessionStatus) -> bool,
) -> Result<(), Problem> {
    if holds(row.status) {
        return Ok(());
    }
    Err(refused(row, scope, what))
}
