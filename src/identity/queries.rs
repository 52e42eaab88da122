//! Reading accounts.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::identity::model::{Membership, User, UserStatus};
use crate::identity::wire::{UserQuery, UserSort};
use crate::kernel::access::{Home, Permission, Principal, Role};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{OrganizationId, SessionId, UserId};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{api_keys, memberships, organizations, postings, users};

fn filtered(query: &UserQuery) -> users::BoxedQuery<'static, Backend> {
    let mut found = users::table.into_boxed();
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                users::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(users::status.eq(status));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(
            users::id.eq_any(
                memberships::table
                    .filter(memberships::organization_id.eq(organization.clone()))
                    .select(memberships::user_id),
            ),
        );
    }
    found
}

/// A page of accounts.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    query: &UserQuery,
) -> Result<Page<(User, Vec<Membership>)>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<User> = crate::seek!(
        filtered(query), users::name_folded, users::id,
        descending: query.sort == Some(UserSort::NameDescending),
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(User::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.name_folded.clone(), row.id.to_string())
    });
    let ids = page.data.iter().map(|row| row.id.clone()).collect();
    let mut memberships = memberships_of(conn, ids)?;
    Ok(page.map(|row| {
        let own = memberships.remove(&row.id).unwrap_or_default();
        (row, own)
    }))
}

fn memberships_of(
    conn: &mut Connection,
    ids: Vec<UserId>,
) -> Result<HashMap<UserId, Vec<Membership>>, Problem> {
    let rows: Vec<Membership> = memberships::table
        .filter(memberships::user_id.eq_any(ids))
        .order(memberships::id)
        .select(Membership::as_select())
        .load(conn)?;
    let mut found: HashMap<UserId, Vec<Membership>> = HashMap::new();
    for row in rows {
        found.entry(row.user_id.clone()).or_default().push(row);
    }
    Ok(found)
}

/// The account with this id and its memberships.
///
/// # Errors
///
/// 404 when there is none.
pub fn get(conn: &mut Connection, id: &UserId) -> Result<(User, Vec<Membership>), Problem> {
    let user = User::load(conn, id.as_str())?.ok_or_else(Problem::not_found)?;
    let memberships = memberships_of(conn, vec![id.clone()])?
        .remove(id)
        .unwrap_or_default();
    Ok((user, memberships))
}

/// The account with this address, in any spelling.
///
/// # Errors
///
/// When the database fails.
pub fn by_email(conn: &mut Connection, email_folded: &str) -> Result<Option<User>, Problem> {
    Ok(users::table
        .filter(users::email_folded.eq(email_folded))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// The organizations a person belongs to at this instant, with what audiences are chosen by: by
/// membership, and by a posting that has begun and not ended.
///
/// # Errors
///
/// When the database fails.
pub fn homes(conn: &mut Connection, id: &UserId, now: Timestamp) -> Result<Vec<Home>, Problem> {
    Ok(homes_until(conn, id, now)?.0)
}

/// As [`homes`], with the next instant at which a posting begins or ends: until then the answer
/// holds, as far as the time alone goes.
///
/// # Errors
///
/// When the database fails.
pub fn homes_until(
    conn: &mut Connection,
    id: &UserId,
    now: Timestamp,
) -> Result<(Vec<Home>, Option<Timestamp>), Problem> {
    let rows: Vec<(OrganizationId, String, String, Option<String>, Role)> = memberships::table
        .inner_join(organizations::table)
        .filter(memberships::user_id.eq(id))
        .order(memberships::id)
        .select((
            organizations::id,
            organizations::kind,
            organizations::country,
            organizations::subdivision,
            memberships::role,
        ))
        .load(conn)?;
    let home = |(organization_id, kind, country, subdivision, role)| Home {
        organization_id,
        kind,
        country,
        subdivision,
        role,
    };
    let mut homes: Vec<Home> = rows.into_iter().map(home).collect();
    let ahead: Vec<PostingRow> = postings::table
        .inner_join(organizations::table)
        .filter(postings::user_id.eq(id))
        .filter(postings::ends_at.gt(now))
        .order((postings::starts_at, postings::id))
        .select((
            (
                organizations::id,
                organizations::kind,
                organizations::country,
                organizations::subdivision,
                postings::role,
            ),
            postings::starts_at,
            postings::ends_at,
        ))
        .load(conn)?;
    let mut until = None;
    for (place, starts_at, ends_at) in ahead {
        let boundary = if starts_at <= now { ends_at } else { starts_at };
        until = Some(until.map_or(boundary, |until: Timestamp| until.min(boundary)));
        if starts_at <= now {
            homes.push(home(place));
        }
    }
    Ok((homes, until))
}

/// The person as a caller, without a session of theirs, with their address as it is compared: for
/// what is done with a person's rights while they are away. None when the account is not active.
///
/// # Errors
///
/// When the database fails.
pub fn as_caller(
    conn: &mut Connection,
    id: &UserId,
    now: Timestamp,
) -> Result<Option<(Principal, String)>, Problem> {
    let email: Option<String> = users::table
        .filter(users::id.eq(id))
        .filter(users::status.eq(UserStatus::Active))
        .select(users::email_folded)
        .first(conn)
        .optional()?;
    let Some(email) = email else {
        return Ok(None);
    };
    let principal = Principal::User {
        user_id: id.clone(),
        session_id: SessionId::fresh(),
        homes: homes(conn, id, now)?,
    };
    Ok(Some((principal, email)))
}

/// Where a posting is, with its beginning and its end.
type PostingRow = (
    (OrganizationId, String, String, Option<String>, Role),
    Timestamp,
    Timestamp,
);

/// Whether anyone but `except` is an active administrator.
///
/// # Errors
///
/// When the database fails.
pub fn has_administrator(conn: &mut Connection, except: Option<&UserId>) -> Result<bool, Problem> {
    let mut found = users::table
        .inner_join(memberships::table)
        .filter(users::status.eq(UserStatus::Active))
        .filter(memberships::role.eq(Role::Administrator))
        .into_boxed();
    if let Some(except) = except {
        found = found.filter(users::id.ne(except.clone()));
    }
    let count: i64 = found.count().get_result(conn)?;
    Ok(count > 0)
}

/// Whether this is an active account of somebody who may do this in the affairs of every
/// jurisdiction.
///
/// # Errors
///
/// When the database fails.
pub fn is_staff_with(
    conn: &mut Connection,
    id: &UserId,
    permission: Permission,
    now: Timestamp,
) -> Result<bool, Problem> {
    let active: i64 = users::table
        .filter(users::id.eq(id))
        .filter(users::status.eq(UserStatus::Active))
        .count()
        .get_result(conn)?;
    if active == 0 {
        return Ok(false);
    }
    let homes = homes(conn, id, now)?;
    Ok(homes
        .iter()
        .any(|home| home.role.is_federal() && home.role.permissions().contains(&permission)))
}

/// The names of these accounts, by id, in one query; only of those who belong to `organization`,
/// where one is given.
///
/// # Errors
///
/// When the database fails.
pub fn names_of_users(
    conn: &mut Connection,
    ids: Vec<String>,
    organization: Option<&OrganizationId>,
) -> Result<HashMap<String, String>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found = users::table.filter(users::id.eq_any(ids)).into_boxed();
    if let Some(organization) = organization {
        found = found.filter(
            users::id.eq_any(
                memberships::table
                    .filter(memberships::organization_id.eq(organization.clone()))
                    .select(memberships::user_id),
            ),
        );
    }
    let rows: Vec<(String, String)> = found.select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The names of these API keys, by id, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn names_of_keys(
    conn: &mut Connection,
    ids: Vec<String>,
) -> Result<HashMap<String, String>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String)> = api_keys::table
        .filter(api_keys::id.eq_any(ids))
        .select((api_keys::id, api_keys::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
