//! Whether a caller acts for a seat: as its holder, its alternate or its proxy, with the permission in
//! the jurisdiction that they belong to themselves.

use diesel::prelude::*;

use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::entitlement::Standing;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{OrganizationId, UserId};
use crate::schema::{seats, session_presences};

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

/// Whether the holder or the alternate of the seat is present in the session of its proxy, who then
/// acts for nobody there.
///
/// # Errors
///
/// When the database fails.
pub fn is_principal_there(conn: &mut Connection, standing: &Standing) -> Result<bool, Problem> {
    let Some(proxy) = &standing.proxy else {
        return Ok(false);
    };
    let principals: Vec<&UserId> = [PresenceCapacity::Holder, PresenceCapacity::Alternate]
        .into_iter()
        .filter_map(|capacity| standing.person_in(capacity))
        .collect();
    let there: i64 = session_presences::table
        .filter(session_presences::session_id.eq(&proxy.session_id))
        .filter(session_presences::seat_id.eq(&standing.seat.id))
        .filter(session_presences::user_id.eq_any(principals))
        .filter(session_presences::ends_at.is_null())
        .count()
        .get_result(conn)?;
    Ok(there > 0)
}

/// 403 `not_entitled`, and why.
#[must_use]
pub fn not_entitled(why: &str) -> Problem {
    Problem::new(Code::NotEntitled, why)
}
