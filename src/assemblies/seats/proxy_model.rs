//! Rows of proxies.

use diesel::prelude::*;
use serde::Serialize;

use crate::kernel::id::{AssemblySessionId, ProxyId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::seat_proxies;

/// A seat's vote given to the holder of another seat, for one session.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = seat_proxies, treat_none_as_null = true)]
pub struct Proxy {
    /// Its id.
    pub id: ProxyId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The seat whose vote it is.
    pub seat_id: SeatId,
    /// The seat of the proxy.
    pub proxy_seat_id: SeatId,
    /// The proxy.
    pub proxy_user_id: UserId,
    /// What was written about it.
    pub note: Option<String>,
    /// The kind of who designated.
    pub designated_by_kind: String,
    /// Who designated.
    pub designated_by_id: Option<String>,
    /// When.
    pub designated_at: Timestamp,
    /// The kind of who revoked it.
    pub revoked_by_kind: Option<String>,
    /// Who revoked it.
    pub revoked_by_id: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
