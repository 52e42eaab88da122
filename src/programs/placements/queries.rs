//! Lists of placements, and their history.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::identity;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::programs::placements::model::{Placement as Row, Term, TermChange};
use crate::programs::placements::represent::represent;
use crate::programs::placements::visible::{Boxed, standing, visible};
use crate::programs::placements::wire::{
    Placement, PlacementQuery, PlacementSort, TermEntry, TermHistory,
};
use crate::schema::{placement_terms, placements};

fn filtered(scope: &Scope, query: &PlacementQuery, now: Timestamp) -> Boxed {
    let mut found = visible(scope);
    if let Some(status) = query.status {
        found = standing(found, status, now);
    }
    if let Some(program) = &query.program_id {
        found = found.filter(placements::program_id.eq(program.clone()));
    }
    if let Some(officer) = &query.officer_id {
        found = found.filter(placements::officer_id.eq(officer.clone()));
    }
    if let Some(host) = &query.organization_id {
        found = found.filter(placements::organization_id.eq(host.clone()));
    }
    if let Some(before) = query.ends_before {
        found = found.filter(placements::ends_at.lt(before));
    }
    if let Some(from) = query.ends_from {
        found = found.filter(placements::ends_at.ge(from));
    }
    found
}

/// A page of the placements that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &PlacementQuery,
    now: Timestamp,
) -> Result<Page<Placement>, Problem> {
    use PlacementSort as Sort;
    let request = PageRequest::of(keyring, query)?;
    let sort = query.sort.unwrap_or(Sort::StartsAtDescending);
    let after = request.after_as::<Timestamp>()?;
    let base = || filtered(scope, query, now);
    let ordered = match sort {
        Sort::StartsAt | Sort::StartsAtDescending => crate::seek!(
            base(), placements::starts_at, placements::id,
            descending: sort == Sort::StartsAtDescending, after: after
        ),
        Sort::EndsAt | Sort::EndsAtDescending => crate::seek!(
            base(), placements::ends_at, placements::id,
            descending: sort == Sort::EndsAtDescending, after: after
        ),
        Sort::CreatedAt | Sort::CreatedAtDescending => crate::seek!(
            base(), placements::created_at, placements::id,
            descending: sort == Sort::CreatedAtDescending, after: after
        ),
    };
    let rows: Vec<Row> = ordered
        .limit(request.rows_to_read())
        .select(Row::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        let key = match sort {
            Sort::StartsAt | Sort::StartsAtDescending => row.starts_at,
            Sort::EndsAt | Sort::EndsAtDescending => row.ends_at,
            Sort::CreatedAt | Sort::CreatedAtDescending => row.created_at,
        };
        (key.to_string(), row.id.to_string())
    });
    let shown = represent(conn, scope, &page.data, query.expand, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// How the term of a placement came to be what it is. That it has come to its end by itself is told
/// whether or not anybody has come by to write it down.
///
/// # Errors
///
/// When the database fails.
pub fn history(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    now: Timestamp,
) -> Result<TermHistory, Problem> {
    let mut terms: Vec<Term> = placement_terms::table
        .filter(placement_terms::placement_id.eq(&row.id))
        .order(placement_terms::ordinal)
        .select(Term::as_select())
        .load(conn)?;
    terms.extend(unwritten(row, &terms, now));
    let mut names = HashMap::new();
    if scope.is_federal() {
        let people = terms
            .iter()
            .filter(|term| term.actor_kind == "user")
            .filter_map(|term| term.actor_id.clone())
            .collect();
        names = identity::queries::names_of_users(conn, people, None)?;
    }
    let data = terms
        .into_iter()
        .map(|term| TermEntry {
            at: term.occurred_at,
            change: term.change,
            starts_on: term.starts_on,
            ends_on: term.ends_on,
            who: scope.is_federal().then(|| {
                term.actor_id
                    .as_ref()
                    .and_then(|id| names.get(id).cloned())
                    .unwrap_or_else(|| "The service".to_owned())
            }),
            text: sentence(&term),
            reason: term.reason,
        })
        .collect();
    Ok(TermHistory { data })
}

/// The end that has come by itself and is not written down yet.
fn unwritten(row: &Row, terms: &[Term], now: Timestamp) -> Option<Term> {
    use crate::programs::placements::lifecycle::PlacementStatus::Completed;
    use crate::programs::placements::rules::status_at;
    if row.status == Completed || status_at(row, now) != Completed {
        return None;
    }
    Some(Term {
        placement_id: row.id.clone(),
        ordinal: terms.last().map_or(1, |last| last.ordinal + 1),
        change: TermChange::Completed,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        reason: None,
        actor_kind: "system".to_owned(),
        actor_id: None,
        occurred_at: row.ends_at,
    })
}

fn sentence(term: &Term) -> String {
    let (from, to) = (term.starts_on, term.ends_on);
    match term.change {
        TermChange::Proposed => format!("Proposed from {from} to {to}."),
        TermChange::Extended => format!("Extended to {to}."),
        TermChange::Curtailed => format!("Curtailed to {to}."),
        TermChange::Replaced => "Another officer takes over.".to_owned(),
        TermChange::Completed => format!("Completed: it lasted from {from} to {to}."),
        TermChange::Cancelled => "Cancelled before it began.".to_owned(),
    }
}
