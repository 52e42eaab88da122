//! Designating and revoking proxies, under the lock of the assembly: no race breaks the limit or
//! makes a chain.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::seats::aggregate::event;
use crate::assemblies::seats::entitlement::{Standing, standings};
use crate::assemblies::seats::incumbency::revoke_one;
use crate::assemblies::seats::lifecycle::Capacity;
use crate::assemblies::seats::model::Seat;
use crate::assemblies::seats::proxies::wire::DesignateProxy;
use crate::assemblies::seats::proxy_model::Proxy;
use crate::assemblies::seats::visible::leads;
use crate::assemblies::seats::whole::{Whole, acquire, acquire_in};
use crate::assemblies::sessions;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Locked, Tx, constraint};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{AssemblySessionId, ProxyId, SeatId};
use crate::kernel::text;
use crate::schema::seat_proxies;

/// Gives a seat's vote to somebody of another seat, for a session.
///
/// # Errors
///
/// 403 to anyone but the holder and the office; 404; 409 once the session is open, when nobody holds
/// the seat, and when it has given its vote away already; 422 with every broken rule.
pub fn designate_proxy(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    input: &DesignateProxy,
) -> Result<(Seat, Proxy), Problem> {
    let whole = acquire(tx, scope, id)?;
    scope.expect(Permission::ProxiesWrite, &whole.seat.organization_id)?;
    whole.expect_going_on()?;
    let session = session_of(tx, scope, &whole, &input.session_id)?;
    if input.proxy_seat_id != *id {
        settle_other(tx, &whole, &input.proxy_seat_id)?;
    }
    let standings = standings(tx.conn, &whole.assembly.id, Some(&session.id), tx.now)?;
    let find = |seat: &SeatId| standings.iter().find(|one| one.seat.id == *seat);
    let Some(own) = find(id) else {
        return Err(whole.refused(scope));
    };
    expect_holder(scope, own)?;
    if !matches!(
        session.status,
        SessionStatus::Called | SessionStatus::AgendaPublished
    ) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "Proxies are designated before a session opens; it is `{}`.",
                session.status
            ),
        )
        .with("state", session.status.as_str())
        .with("allowed_actions", Vec::<String>::new()));
    }
    let current = current_proxies(tx, &session.id)?;
    if current.iter().any(|one| one.seat_id == *id) {
        return Err(given_already());
    }
    let mut faults = Faults::default();
    check_chain(id, input, &current, whole.assembly.max_proxies, &mut faults);
    let proxy = find(&input.proxy_seat_id).filter(|_| input.proxy_seat_id != *id);
    faults.require(
        proxy.is_some(),
        "/proxy_seat_id",
        "unknown_reference",
        "names no other seat of the assembly that somebody holds",
    );
    let person = proxy.and_then(|proxy| match input.capacity {
        Capacity::Holder => Some(&proxy.holder),
        Capacity::Alternate => proxy.alternate.as_ref(),
    });
    faults.require(
        proxy.is_none() || person.is_some(),
        "/capacity",
        "unknown_reference",
        "names nobody: that seat has no alternate",
    );
    faults.finish()?;
    let Some(person) = person else {
        return Err(Problem::internal(
            "a proxy without a person passed the checks",
        ));
    };
    let actor = tx.context().actor.clone();
    let row = Proxy {
        id: ProxyId::fresh(),
        session_id: session.id.clone(),
        seat_id: id.clone(),
        proxy_seat_id: input.proxy_seat_id.clone(),
        proxy_user_id: person.user_id.clone(),
        note: text::clean_optional(input.note.as_deref()),
        designated_by_kind: actor.kind().to_owned(),
        designated_by_id: actor.id().map(str::to_owned),
        designated_at: tx.now,
        revoked_by_kind: None,
        revoked_by_id: None,
        revoked_at: None,
    };
    tx.savepoint(|tx| {
        diesel::insert_into(seat_proxies::table)
            .values(row.clone())
            .execute(tx.conn)
    })
    .map_err(|error| {
        let columns = "seat_proxies.session_id, seat_proxies.seat_id";
        if constraint::is_violated(&error, "seat_proxies_current_key", columns) {
            given_already()
        } else {
            error.into()
        }
    })?;
    tx.record(event("seat.proxy_designated", &whole.seat).payload(json!({
        "proxy_id": row.id, "session_id": row.session_id, "proxy_seat_id": row.proxy_seat_id,
        "proxy_user_id": row.proxy_user_id,
    })))?;
    Ok((Seat::clone(&whole.seat), row))
}

/// The session, locked so that it is not opened meanwhile.
fn session_of(
    tx: &mut Tx<'_>,
    scope: &Scope,
    whole: &Whole,
    id: &AssemblySessionId,
) -> Result<Locked<Session>, Problem> {
    let known = sessions::visible::visible(scope)
        .filter(crate::schema::assembly_sessions::id.eq(id.clone()))
        .filter(crate::schema::assembly_sessions::assembly_id.eq(whole.assembly.id.clone()))
        .count()
        .get_result::<i64>(tx.conn)?;
    let mut faults = Faults::default();
    faults.require(
        known > 0,
        "/session_id",
        "unknown_reference",
        "names no session of the assembly",
    );
    faults.finish()?;
    sessions::aggregate::acquire(tx, id)
}

/// Lets happen what is due to the proxy's seat.
fn settle_other(tx: &mut Tx<'_>, whole: &Whole, id: &SeatId) -> Result<(), Problem> {
    let is_of_assembly =
        Seat::load(tx.conn, id.as_str())?.is_some_and(|seat| seat.assembly_id == whole.assembly.id);
    if is_of_assembly {
        acquire_in(tx, &whole.assembly.id, id)?;
    }
    Ok(())
}

/// Refuses whoever neither holds the seat nor convenes the assembly.
fn expect_holder(scope: &Scope, own: &Standing) -> Result<(), Problem> {
    let is_holder = scope.user().is_some_and(|user| *user == own.holder.user_id);
    if is_holder || scope.oversees(Permission::ProxiesWrite) {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotEntitled,
        "The holder of the seat gives its vote away, or the office on the jurisdiction's written word.",
    ))
}

fn given_already() -> Problem {
    Problem::new(
        Code::Conflict,
        "The seat has given its vote away for this session: revoke that proxy first.",
    )
}

fn current_proxies(tx: &mut Tx<'_>, session: &AssemblySessionId) -> Result<Vec<Proxy>, Problem> {
    Ok(seat_proxies::table
        .filter(seat_proxies::session_id.eq(session))
        .filter(seat_proxies::revoked_at.is_null())
        .select(Proxy::as_select())
        .load(tx.conn)?)
}

/// Notes a chain, and more proxies than a member may hold.
fn check_chain(
    id: &SeatId,
    input: &DesignateProxy,
    current: &[Proxy],
    most: i64,
    faults: &mut Faults,
) {
    faults.require(
        !current.iter().any(|one| one.proxy_seat_id == *id),
        "",
        "holds_proxies",
        "cannot be done: the seat holds proxies itself, and there are no chains",
    );
    faults.require(
        !current.iter().any(|one| one.seat_id == input.proxy_seat_id),
        "/proxy_seat_id",
        "gave_proxy",
        "has given its own vote away, and there are no chains",
    );
    let held = current
        .iter()
        .filter(|one| one.proxy_seat_id == input.proxy_seat_id)
        .count();
    faults.require(
        i64::try_from(held).is_ok_and(|held| held < most),
        "/proxy_seat_id",
        "proxy_limit",
        &format!("holds as many proxies as the assembly allows, which is {most}"),
    );
}

/// Takes a vote that was given away back.
///
/// # Errors
///
/// 403 to anyone but the holder, the leader of the jurisdiction and the office; 404; 409 when it is
/// revoked already or the session is over.
pub fn revoke_proxy(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SeatId,
    proxy: &ProxyId,
) -> Result<(Seat, Proxy), Problem> {
    let whole = acquire(tx, scope, id)?;
    scope.expect(Permission::ProxiesWrite, &whole.seat.organization_id)?;
    let find = |tx: &mut Tx<'_>| -> Result<Proxy, Problem> {
        seat_proxies::table
            .filter(seat_proxies::id.eq(proxy))
            .filter(seat_proxies::seat_id.eq(id))
            .select(Proxy::as_select())
            .first(tx.conn)
            .optional()?
            .ok_or_else(Problem::not_found)
    };
    let row = find(tx)?;
    let may = scope.oversees(Permission::ProxiesWrite) || leads(scope, &whole.seat.organization_id);
    if !may {
        return Err(Problem::new(
            Code::NotEntitled,
            "The leader of the jurisdiction takes its vote back, or the office.",
        ));
    }
    if row.revoked_at.is_some() {
        return Err(Problem::new(
            Code::Conflict,
            "The proxy is revoked already.",
        ));
    }
    let session = Session::load(tx.conn, row.session_id.as_str())?;
    if session.is_none_or(|session| SessionStatus::OVER.contains(&session.status)) {
        return Err(Problem::new(
            Code::Conflict,
            "The session is over: its records stay as they are.",
        ));
    }
    revoke_one(tx, &whole.assembly, proxy)?;
    tx.record(event("seat.proxy_revoked", &whole.seat).payload(json!({
        "proxy_id": row.id, "session_id": row.session_id, "proxy_seat_id": row.proxy_seat_id,
        "proxy_user_id": row.proxy_user_id,
    })))?;
    let row = find(tx)?;
    Ok((Seat::clone(&whole.seat), row))
}
