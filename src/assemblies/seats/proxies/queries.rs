//! Reading proxies.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::seats::model::Seat;
use crate::assemblies::seats::proxies::wire::{ProxyActor, ProxyQuery, ProxySort, SeatProxy};
use crate::assemblies::seats::proxy_model::Proxy as Row;
use crate::assemblies::seats::visible::knows_nomination;
use crate::identity;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{OrganizationId, SeatId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::{organizations, seat_proxies, seats};

fn filtered(seat: &Seat, query: &ProxyQuery) -> seat_proxies::BoxedQuery<'static, Backend> {
    let found = seat_proxies::table
        .filter(seat_proxies::seat_id.eq(seat.id.clone()))
        .into_boxed();
    match &query.session_id {
        Some(session) => found.filter(seat_proxies::session_id.eq(session.clone())),
        None => found,
    }
}

/// A page of the proxies that a seat gave.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    seat: &Seat,
    query: &ProxyQuery,
) -> Result<Page<SeatProxy>, Problem> {
    let request = PageRequest::within(keyring, query, seat.id.as_str())?;
    let rows: Vec<Row> = crate::seek!(
        filtered(seat, query), seat_proxies::designated_at, seat_proxies::id,
        descending: query.sort == Some(ProxySort::DesignatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(seat, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.designated_at.to_string(), row.id.to_string())
    });
    Ok(Page {
        data: represent(conn, scope, seat, page.data)?,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// The proxies of a seat as this caller sees them. Two statements, however many.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    seat: &Seat,
    rows: Vec<Row>,
) -> Result<Vec<SeatProxy>, Problem> {
    let people = rows
        .iter()
        .flat_map(|row| {
            [
                Some(row.proxy_user_id.to_string()),
                row.designated_by_id.clone(),
                row.revoked_by_id.clone(),
            ]
        })
        .flatten()
        .collect();
    let names = identity::queries::names_of_users(conn, people, None)?;
    let homes = organizations_of(conn, &rows)?;
    let actor = |kind: String, id: Option<String>| ProxyActor {
        name: id.as_ref().and_then(|id| names.get(id)).cloned(),
        kind,
        id,
    };
    let knows = knows_nomination(scope, &seat.organization_id);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let (organization, name) = homes
            .get(&row.proxy_seat_id)
            .cloned()
            .ok_or_else(|| Problem::internal("a proxy's seat has no jurisdiction"))?;
        shown.push(SeatProxy {
            id: row.id,
            session_id: row.session_id,
            seat_id: row.seat_id,
            proxy_seat_id: row.proxy_seat_id,
            proxy_organization_id: organization,
            proxy_organization_name: name,
            proxy_name: names
                .get(row.proxy_user_id.as_str())
                .cloned()
                .unwrap_or_default(),
            proxy_user_id: row.proxy_user_id,
            note: row.note.filter(|_| knows),
            designated_by: actor(row.designated_by_kind, row.designated_by_id),
            designated_at: row.designated_at,
            revoked_by: row
                .revoked_by_kind
                .map(|kind| actor(kind, row.revoked_by_id)),
            revoked_at: row.revoked_at,
        });
    }
    Ok(shown)
}

/// The jurisdictions of the proxies' seats.
fn organizations_of(
    conn: &mut Connection,
    rows: &[Row],
) -> Result<HashMap<SeatId, (OrganizationId, String)>, Problem> {
    let ids: Vec<SeatId> = rows.iter().map(|row| row.proxy_seat_id.clone()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(SeatId, OrganizationId, String)> = seats::table
        .inner_join(organizations::table)
        .filter(seats::id.eq_any(ids))
        .select((seats::id, organizations::id, organizations::name))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(seat, organization, name)| (seat, (organization, name)))
        .collect())
}
