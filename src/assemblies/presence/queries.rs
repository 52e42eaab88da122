//! Reading who was present when.

use diesel::dsl::{InnerJoin, IntoBoxed};
use diesel::prelude::*;

use crate::assemblies::presence::model::Presence;
use crate::assemblies::presence::wire::{
    PresenceInterval, PresenceIntervalQuery, PresenceQuery, PresenceSort, SeatPresence,
};
use crate::assemblies::quorum;
use crate::assemblies::quorum::checks::Evaluation;
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{AssemblySessionId, OrganizationId, SeatId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::{organizations, seats, session_presences, users};

/// What is read of each.
macro_rules! selection {
    () => {
        (
            Presence::as_select(),
            users::name,
            organizations::id,
            organizations::name,
        )
    };
}

/// A time for which somebody was present, with what they and their jurisdiction are called.
type Row = (Presence, String, OrganizationId, String);

type Joined = InnerJoin<
    InnerJoin<session_presences::table, users::table>,
    InnerJoin<seats::table, organizations::table>,
>;

fn of(session: &AssemblySessionId, seat: Option<&SeatId>) -> IntoBoxed<'static, Joined, Backend> {
    let found = session_presences::table
        .inner_join(users::table)
        .inner_join(seats::table.inner_join(organizations::table))
        .filter(session_presences::session_id.eq(session.clone()))
        .into_boxed();
    match seat {
        None => found,
        Some(seat) => found.filter(session_presences::seat_id.eq(seat.clone())),
    }
}

/// A page of those who are present in a session, now or at another instant.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list_present(
    conn: &mut Connection,
    keyring: &Keyring,
    session: &AssemblySessionId,
    query: &PresenceQuery,
) -> Result<Page<PresenceInterval>, Problem> {
    let request = PageRequest::within(keyring, query, session.as_str())?;
    let base = || {
        let found = of(session, query.seat_id.as_ref());
        match query.at {
            None => found.filter(session_presences::ends_at.is_null()),
            Some(at) => found.filter(session_presences::starts_at.le(at)).filter(
                session_presences::ends_at
                    .is_null()
                    .or(session_presences::ends_at.gt(at)),
            ),
        }
    };
    page(conn, keyring, &request, query.sort, &base)
}

/// A page of the times for which people were present in a session.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list_intervals(
    conn: &mut Connection,
    keyring: &Keyring,
    session: &AssemblySessionId,
    query: &PresenceIntervalQuery,
) -> Result<Page<PresenceInterval>, Problem> {
    let request = PageRequest::within(keyring, query, session.as_str())?;
    let base = || of(session, query.seat_id.as_ref());
    page(conn, keyring, &request, query.sort, &base)
}

fn page(
    conn: &mut Connection,
    keyring: &Keyring,
    request: &PageRequest,
    sort: Option<PresenceSort>,
    base: &impl Fn() -> IntoBoxed<'static, Joined, Backend>,
) -> Result<Page<PresenceInterval>, Problem> {
    let rows: Vec<Row> = crate::seek!(
        base(), session_presences::starts_at, session_presences::id,
        descending: sort == Some(PresenceSort::StartsAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(selection!())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |(presence, ..)| {
        (presence.starts_at.to_string(), presence.id.to_string())
    });
    Ok(page.map(shown))
}

/// Who is present for a seat, and the quorum, as they were evaluated.
///
/// # Errors
///
/// When the database fails.
pub fn of_seat(
    conn: &mut Connection,
    session: &Session,
    seat: &SeatId,
    evaluation: &Evaluation,
    now: Timestamp,
) -> Result<SeatPresence, Problem> {
    let present: Vec<Row> = of(&session.id, Some(seat))
        .filter(session_presences::ends_at.is_null())
        .order(session_presences::id)
        .select(selection!())
        .load(conn)?;
    Ok(SeatPresence {
        seat_id: seat.clone(),
        is_present: evaluation.present.contains(seat),
        present: present.into_iter().map(shown).collect(),
        quorum: quorum::queries::shown(&session.id, evaluation, now),
    })
}

fn shown((row, user_name, organization_id, organization_name): Row) -> PresenceInterval {
    PresenceInterval {
        id: row.id,
        session_id: row.session_id,
        seat_id: row.seat_id,
        organization_id,
        organization_name,
        user_id: row.user_id,
        user_name,
        capacity: row.capacity,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}
