//! Reading registrations: always through `visible`.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::briefings::access_data::needs::{AccessDataState, States, is_asked_for};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration as Row, RegistrationStatus};
use crate::briefings::registrations::wire::{Registration, RegistrationQuery, RegistrationSort};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{BriefingId, RegistrationId};
use crate::kernel::secrets::Keyring;
use crate::schema::access_data;
use crate::schema::registrations::{self, dsl};

type Boxed = registrations::BoxedQuery<'static, Backend>;

/// The registrations of a briefing that exist for this caller: all of them for federal staff,
/// their own organization's for others.
fn visible(scope: &Scope, briefing: &BriefingId) -> Boxed {
    let found = registrations::table
        .filter(dsl::briefing_id.eq(briefing.clone()))
        .into_boxed();
    if scope.oversees(Permission::RegistrationsRead) {
        return found;
    }
    let homes = scope.homes_with(Permission::RegistrationsRead);
    found.filter(dsl::organization_id.eq_any(homes))
}

fn filtered(
    scope: &Scope,
    briefing: &BriefingId,
    query: &RegistrationQuery,
    is_asked: bool,
) -> Boxed {
    let mut found = visible(scope, briefing);
    if let Some(state) = query.access_data {
        found = in_state(found, briefing, state, is_asked);
    }
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// Those whose access data is in this state, as [`States::of`] tells it.
fn in_state(found: Boxed, briefing: &BriefingId, state: AccessDataState, is_asked: bool) -> Boxed {
    let all = access_data::table.filter(access_data::briefing_id.eq(briefing.clone()));
    let kept = all
        .clone()
        .filter(access_data::sealed.is_not_null())
        .select(access_data::registration_id);
    let erased = all
        .clone()
        .filter(access_data::sealed.is_null())
        .select(access_data::registration_id);
    let found = match state {
        AccessDataState::Given => return found.filter(dsl::id.eq_any(kept)),
        AccessDataState::Missing if is_asked => {
            return found
                .filter(dsl::status.eq(RegistrationStatus::Confirmed))
                .filter(dsl::id.ne_all(kept));
        }
        AccessDataState::Missing => return found.filter(false.into_sql::<Bool>()),
        AccessDataState::Erased => found.filter(dsl::id.eq_any(erased)),
        AccessDataState::NotNeeded => {
            found.filter(dsl::id.ne_all(all.select(access_data::registration_id)))
        }
    };
    if is_asked {
        found.filter(dsl::status.ne(RegistrationStatus::Confirmed))
    } else {
        found
    }
}

/// A page of a briefing's registrations.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    briefing: &Briefing,
    query: &RegistrationQuery,
) -> Result<Page<Registration>, Problem> {
    let request = PageRequest::within(keyring, query, briefing.id.as_str())?;
    let is_asked = query.access_data.is_some() && is_asked_for(conn, briefing)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, &briefing.id, query, is_asked), dsl::place, dsl::id,
        descending: query.sort == Some(RegistrationSort::CreatedAtDescending),
        after: request.after_as::<i64>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| {
            filtered(scope, &briefing.id, query, is_asked)
                .count()
                .get_result(conn)
        })
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.place.to_string(), row.id.to_string())
    });
    let line = waiting(conn, &briefing.id)?;
    let states = States::read(conn, briefing, &page.data)?;
    Ok(page.map(|row| {
        let ahead = ahead_of(&line, row.place);
        let state = states.of(&row);
        Registration::of(row, briefing, ahead, state, scope)
    }))
}

/// The registration with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on another organization's is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &BriefingId,
    id: &RegistrationId,
) -> Result<Row, Problem> {
    let found = visible(scope, briefing)
        .filter(dsl::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<RegistrationId> = registrations::table
        .filter(dsl::id.eq(id))
        .select(dsl::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("registration", id.as_str()),
        None => Problem::not_found(),
    })
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &Briefing,
    row: Row,
) -> Result<Registration, Problem> {
    let line = if row.status == RegistrationStatus::Waitlisted {
        waiting(conn, &briefing.id)?
    } else {
        Vec::new()
    };
    let ahead = ahead_of(&line, row.place);
    let state = States::read(conn, briefing, std::slice::from_ref(&row))?.of(&row);
    Ok(Registration::of(row, briefing, ahead, state, scope))
}

fn ahead_of(line: &[i64], place: i64) -> i64 {
    i64::try_from(line.partition_point(|other| *other < place)).unwrap_or(i64::MAX)
}

/// The places of those who wait, in order.
///
/// # Errors
///
/// When the database fails.
pub fn waiting(conn: &mut Connection, briefing: &BriefingId) -> Result<Vec<i64>, Problem> {
    Ok(registrations::table
        .filter(dsl::briefing_id.eq(briefing))
        .filter(dsl::status.eq(RegistrationStatus::Waitlisted))
        .order(dsl::place)
        .select(dsl::place)
        .load(conn)?)
}

/// The seats that are taken, in order.
///
/// # Errors
///
/// When the database fails.
pub fn taken_seats(conn: &mut Connection, briefing: &BriefingId) -> Result<Vec<i64>, Problem> {
    let seats: Vec<Option<i64>> = registrations::table
        .filter(dsl::briefing_id.eq(briefing))
        .filter(dsl::seat.is_not_null())
        .order(dsl::seat)
        .select(dsl::seat)
        .load(conn)?;
    Ok(seats.into_iter().flatten().collect())
}
