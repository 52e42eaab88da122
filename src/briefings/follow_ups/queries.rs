//! Reading follow-ups: always through `visible`.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::briefings::follow_ups::model::{FollowUp as Row, FollowUpStatus};
use crate::briefings::follow_ups::wire::{
    FollowUp, FollowUpOwner, FollowUpQuery, FollowUpSort, FollowedBriefing,
};
use crate::briefings::queries::visible as visible_briefings;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::day::Day;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{BriefingId, FollowUpId};
use crate::kernel::secrets::Keyring;
use crate::schema::briefings;
use crate::schema::follow_ups::{self, dsl};

type Boxed = follow_ups::BoxedQuery<'static, Backend>;

/// The follow-ups that exist for this caller: those of briefings that do. The door has checked that
/// the caller is one of the office who reads reports.
fn visible(scope: &Scope) -> Boxed {
    follow_ups::table.into_boxed().filter(among(
        dsl::briefing_id,
        visible_briefings(scope).select(briefings::id),
    ))
}

fn filtered(scope: &Scope, query: &FollowUpQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    if let Some(owner) = &query.owner_id {
        found = found.filter(dsl::owner_id.eq(owner.clone()));
    }
    if let Some(briefing) = &query.briefing_id {
        found = found.filter(dsl::briefing_id.eq(briefing.clone()));
    }
    if let Some(day) = query.due_before {
        found = found.filter(dsl::due_on.lt(day));
    }
    found
}

/// A page of the follow-ups that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &FollowUpQuery,
) -> Result<Page<FollowUp>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, query), dsl::due_on, dsl::id,
        descending: query.sort == Some(FollowUpSort::DueOnDescending),
        after: request.after_as::<Day>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.due_on.to_string(), row.id.to_string())
    });
    Ok(Page {
        data: represent(conn, scope, page.data)?,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// The follow-ups of a briefing, by the day on which they are due. The briefing is found first.
///
/// # Errors
///
/// When the database fails.
pub fn of_briefing(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &BriefingId,
) -> Result<Vec<FollowUp>, Problem> {
    let rows: Vec<Row> = follow_ups::table
        .filter(dsl::briefing_id.eq(briefing))
        .order((dsl::due_on, dsl::id))
        .select(Row::as_select())
        .load(conn)?;
    represent(conn, scope, rows)
}

/// The follow-up with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &FollowUpId) -> Result<Row, Problem> {
    let found = visible(scope)
        .filter(dsl::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<FollowUpId> = follow_ups::table
        .filter(dsl::id.eq(id))
        .select(dsl::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("follow_up", id.as_str()),
        None => Problem::not_found(),
    })
}

/// The rows as this caller sees them: two statements, however many.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: Vec<Row>,
) -> Result<Vec<FollowUp>, Problem> {
    let owners = rows.iter().map(|row| row.owner_id.to_string()).collect();
    let names = identity::queries::names_of_users(conn, owners, None)?;
    let ids: Vec<BriefingId> = rows.iter().map(|row| row.briefing_id.clone()).collect();
    let titles: Vec<(BriefingId, String)> = briefings::table
        .filter(briefings::id.eq_any(ids))
        .select((briefings::id, briefings::title))
        .load(conn)?;
    let titles: HashMap<BriefingId, String> = titles.into_iter().collect();
    let may_change = scope.can(Permission::AfterActionsWrite);
    Ok(rows
        .into_iter()
        .map(|row| {
            let actions: &[&str] = match row.status {
                _ if !may_change => &[],
                FollowUpStatus::Open => &["update", "settle"],
                FollowUpStatus::Settled => &["reopen"],
            };
            FollowUp {
                id: row.id,
                briefing: FollowedBriefing {
                    title: titles.get(&row.briefing_id).cloned().unwrap_or_default(),
                    id: row.briefing_id,
                },
                task: row.task,
                owner: FollowUpOwner {
                    name: names
                        .get(row.owner_id.as_str())
                        .cloned()
                        .unwrap_or_default(),
                    id: row.owner_id,
                },
                due_on: row.due_on,
                status: row.status,
                note: row.note,
                settled_at: row.settled_at,
                settled_by: row.settled_by,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                allowed_actions: actions.iter().map(ToString::to_string).collect(),
            }
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(conn: &mut Connection, scope: &Scope, row: Row) -> Result<FollowUp, Problem> {
    represent(conn, scope, vec![row])?
        .pop()
        .ok_or_else(|| Problem::internal("a follow-up has no representation"))
}
