//! Reading organizations. The directory is open to everyone who may read it at all, so there is
//! nothing to hide here.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::directory::organizations::model::Organization;
use crate::directory::organizations::wire::{OrganizationQuery, OrganizationSort};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::OrganizationId;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::schema::organizations::{self, dsl};

type Boxed<'a> = organizations::BoxedQuery<'a, Backend>;

/// Population as it is sorted: unknown before the smallest. The index has the same expression.
const POPULATION_KEY: &str = "COALESCE(population, -1)";

fn filtered(query: &OrganizationQuery) -> Boxed<'static> {
    let mut found = organizations::table.into_boxed();
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                dsl::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(kind) = query.kind {
        found = found.filter(dsl::kind.eq(kind));
    }
    if let Some(country) = &query.country {
        found = found.filter(dsl::country.eq(country.clone()));
    }
    if let Some(subdivision) = &query.subdivision {
        found = found.filter(dsl::subdivision.eq(subdivision.clone()));
    }
    if let Some(parent) = &query.parent_id {
        found = found.filter(dsl::parent_id.eq(parent.clone()));
    }
    if let Some(source) = &query.source_id {
        found = found.filter(dsl::source_id.eq(source.clone()));
    }
    found
}

/// A page of organizations.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    query: &OrganizationQuery,
) -> Result<Page<Organization>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let sort = query.sort.unwrap_or(OrganizationSort::Name);
    let found = filtered(query);
    let by_population = sql::<BigInt>(POPULATION_KEY);
    let ordered = match sort {
        OrganizationSort::Name | OrganizationSort::NameDescending => crate::seek!(
            found, dsl::name_folded, dsl::id,
            descending: sort == OrganizationSort::NameDescending,
            after: request.after_as::<String>()?
        ),
        OrganizationSort::Population | OrganizationSort::PopulationDescending => crate::seek!(
            found, by_population.clone(), dsl::id,
            descending: sort == OrganizationSort::PopulationDescending,
            after: request.after_as::<i64>()?
        ),
    };
    let rows: Vec<Organization> = ordered
        .limit(request.rows_to_read())
        .select(Organization::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        let value = match sort {
            OrganizationSort::Name | OrganizationSort::NameDescending => row.name_folded.clone(),
            OrganizationSort::Population | OrganizationSort::PopulationDescending => {
                row.population.unwrap_or(-1).to_string()
            }
        };
        (value, row.id.to_string())
    }))
}

/// The organization with this id.
///
/// # Errors
///
/// 404 when there is none.
pub fn get(conn: &mut Connection, id: &OrganizationId) -> Result<Organization, Problem> {
    Organization::load(conn, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Whether there is an organization with this id.
///
/// # Errors
///
/// When the database fails.
pub fn exists(conn: &mut Connection, id: &OrganizationId) -> Result<bool, Problem> {
    Ok(Organization::load(conn, id.as_str())?.is_some())
}

/// The organizations with these ids, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn by_ids(
    conn: &mut Connection,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Organization>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Organization> = organizations::table
        .filter(dsl::id.eq_any(ids.to_vec()))
        .select(Organization::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}
