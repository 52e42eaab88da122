//! Reading venues.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::directory::venues::model::Venue;
use crate::directory::venues::wire::{VenueQuery, VenueSort};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::VenueId;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::schema::venues::{self, dsl};

fn filtered(query: &VenueQuery) -> venues::BoxedQuery<'static, Backend> {
    let mut found = venues::table.into_boxed();
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                dsl::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(is_active) = query.is_active {
        found = found.filter(dsl::is_active.eq(is_active));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of venues.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    query: &VenueQuery,
) -> Result<Page<Venue>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Venue> = crate::seek!(
        filtered(query), dsl::name_folded, dsl::id,
        descending: query.sort == Some(VenueSort::NameDescending),
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(Venue::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.name_folded.clone(), row.id.to_string())
    }))
}

/// The venue with this id.
///
/// # Errors
///
/// 404 when there is none.
pub fn get(conn: &mut Connection, id: &VenueId) -> Result<Venue, Problem> {
    Venue::load(conn, id.as_str())?.ok_or_else(Problem::not_found)
}

/// The venues with these ids, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn by_ids(conn: &mut Connection, ids: &[VenueId]) -> Result<HashMap<VenueId, Venue>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Venue> = venues::table
        .filter(dsl::id.eq_any(ids.to_vec()))
        .select(Venue::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}
