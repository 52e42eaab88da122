//! Reading changes that came too late: always through `visible`.

use diesel::prelude::*;

use crate::briefings;
use crate::briefings::registrations::changes::lifecycle::LIFECYCLE;
use crate::briefings::registrations::changes::model::RegistrationChange as Row;
use crate::briefings::registrations::changes::wire::{
    RegistrationChange, RegistrationChangeQuery, RegistrationChangeSort,
};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection, among};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::RegistrationChangeId;
use crate::kernel::secrets::Keyring;
use crate::schema::registration_changes::{self, dsl};

type Boxed = registration_changes::BoxedQuery<'static, Backend>;

/// The changes that exist for this caller: of briefings that exist for it, all of them for federal
/// staff, their own organization's for others.
fn visible(scope: &Scope) -> Boxed {
    let found = registration_changes::table.into_boxed().filter(among(
        dsl::briefing_id,
        briefings::queries::visible(scope).select(crate::schema::briefings::id),
    ));
    if scope.oversees(Permission::RegistrationsRead) {
        return found;
    }
    let homes = scope.homes_with(Permission::RegistrationsRead);
    found.filter(dsl::organization_id.eq_any(homes))
}

fn filtered(scope: &Scope, query: &RegistrationChangeQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    if let Some(briefing) = &query.briefing_id {
        found = found.filter(dsl::briefing_id.eq(briefing.clone()));
    }
    if let Some(registration) = &query.registration_id {
        found = found.filter(dsl::registration_id.eq(registration.clone()));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of the changes that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &RegistrationChangeQuery,
) -> Result<Page<RegistrationChange>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, query), dsl::created_at, dsl::id,
        descending: query.sort == Some(RegistrationChangeSort::CreatedAtDescending),
        after: request.after_as::<crate::kernel::time::Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    Ok(page.map(|row| represent(row, scope)))
}

/// The change with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on another organization's is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &RegistrationChangeId,
) -> Result<Row, Problem> {
    let found = visible(scope)
        .filter(dsl::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    Err(match Row::load(conn, id.as_str())? {
        Some(row) => Problem::hidden("registration_change", row.id.as_str()),
        None => Problem::not_found(),
    })
}

/// The row as this caller sees it.
#[must_use]
pub fn represent(row: Row, scope: &Scope) -> RegistrationChange {
    let allowed_actions = LIFECYCLE
        .allowed(row.status, |permission| {
            scope.may(permission, &row.organization_id)
        })
        .iter()
        .map(ToString::to_string)
        .collect();
    RegistrationChange::of(row, allowed_actions)
}
