//! Whether a caller acts for a seat: as its holder, its alternate or its proxy, with the permission in
//! the jurisdiction that they belong to themselves.

use diesel::prelude::*;

use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::entitlement::Standing;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::OrganizationId;
use crate::schema::seats;

/// In what capacity the caller acts for the seat, if they do. A role at the office, or in another
/// jurisdiction than the one that they sit for, counts for nothing here.
///
/// # Errors
///
/// When the database fails.
pub fn capacity_of(
    conn: &mut Connection,
    scope: &Scope,
    standing: &Standing,
    permission: Permission,
) -> Result<Option<PresenceCapacity>, Problem> {
    let Some(user) = scope.user() else {
        return Ok(None);
    };
    let Some(capacity) = standing.capacity_of(user) else {
        return Ok(None);
    };
    let own: OrganizationId = match (&standing.proxy, capacity) {
        (Some(proxy), PresenceCapacity::Proxy) => seats::table
            .filter(seats::id.eq(&proxy.proxy_seat_id))
            .select(seats::organization_id)
            .first(conn)?,
        _ => standing.seat.organization_id.clone(),
    };
    Ok(scope
        .homes_with(permission)
        .contains(&own)
        .then_some(capacity))
}

/// 403 `not_entitled`, and why.
#[must_use]
pub fn not_entitled(why: &str) -> Problem {
    Problem::new(Code::NotEntitled, why)
}
