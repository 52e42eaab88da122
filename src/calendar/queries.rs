//! Reading calendars: always through [`visible`].

use diesel::prelude::*;

use crate::calendar::model::{CalendarFeed, CalendarKind};
use crate::calendar::wire::{CalendarQuery, CalendarSort};
use crate::identity;
use crate::kernel::access::{Permission, Principal, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::CalendarFeedId;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::calendar_feeds::{self, dsl};

/// A query over calendars, with its conditions so far.
pub type Boxed = calendar_feeds::BoxedQuery<'static, Backend>;

/// The calendars that exist for this caller: one's own, those of organizations that one belongs to,
/// and for those who run the office's accounts or audit it all.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = calendar_feeds::table.into_boxed();
    if scope.oversees(Permission::UsersWrite) || scope.oversees(Permission::AuditRead) {
        return found;
    }
    let of_organizations: Vec<_> = scope
        .homes()
        .iter()
        .map(|home| home.organization_id.clone())
        .collect();
    match scope.user().cloned() {
        Some(me) => found.filter(
            dsl::owner_id
                .eq(me)
                .or(dsl::organization_id.eq_any(of_organizations)),
        ),
        None => found.filter(dsl::organization_id.eq_any(of_organizations)),
    }
}

fn filtered(scope: &Scope, query: &CalendarQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(kind) = query.kind {
        found = found.filter(dsl::kind.eq(kind));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of the calendars that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &CalendarQuery,
) -> Result<Page<CalendarFeed>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<CalendarFeed> = crate::seek!(
        filtered(scope, query), dsl::created_at, dsl::id,
        descending: query.sort == Some(CalendarSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(CalendarFeed::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    }))
}

/// The calendar with this id.
///
/// # Errors
///
/// 404 when there is none that the caller may see; the attempt on another's is written into the
/// journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &CalendarFeedId,
) -> Result<CalendarFeed, Problem> {
    let found = visible(scope)
        .filter(dsl::id.eq(id.clone()))
        .select(CalendarFeed::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    Err(match CalendarFeed::load(conn, id.as_str())? {
        Some(_) => Problem::hidden("calendar", id.as_str()),
        None => Problem::not_found(),
    })
}

/// The calendar that this token opens, and what it may show now: what its owner may see, of an
/// organization's calendar what the owner may see as one of its people.
///
/// # Errors
///
/// 404 when there is none, when its owner's account is deactivated, and when the owner no longer
/// belongs to the organization, or to any.
pub fn open(
    conn: &mut Connection,
    token_digest: &str,
    now: Timestamp,
) -> Result<(CalendarFeed, Scope, String), Problem> {
    let feed: CalendarFeed = calendar_feeds::table
        .filter(dsl::token_digest.eq(token_digest))
        .select(CalendarFeed::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    let (mut principal, email) =
        identity::queries::as_caller(conn, &feed.owner_id, now)?.ok_or_else(Problem::not_found)?;
    if let (CalendarKind::Organization, Principal::User { homes, .. }) = (feed.kind, &mut principal)
    {
        homes.retain(|home| Some(&home.organization_id) == feed.organization_id.as_ref());
    }
    let scope = Scope(Some(principal));
    if !scope.can(Permission::CalendarsRead) {
        return Err(Problem::not_found());
    }
    Ok((feed, scope, email))
}
