//! Rows of presence.

use diesel::prelude::*;
use serde::Serialize;

use crate::kernel::id::{AssemblySessionId, PresenceId, SeatId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::session_presences;

crate::text_enum! {
    /// For whom somebody is present.
    pub enum PresenceCapacity {
        /// Holds the seat.
        Holder => "holder",
        /// Stands in for the holder.
        Alternate => "alternate",
        /// Votes for the seat by proxy.
        Proxy => "proxy",
    }
}

/// A time for which somebody was present for a seat.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = session_presences, treat_none_as_null = true)]
pub struct Presence {
    /// Its id.
    pub id: PresenceId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The seat.
    pub seat_id: SeatId,
    /// The person.
    pub user_id: UserId,
    /// In what capacity.
    pub capacity: PresenceCapacity,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; open while they are present.
    pub ends_at: Option<Timestamp>,
    /// The kind of who recorded it.
    pub started_by_kind: String,
    /// Who recorded it.
    pub started_by_id: Option<String>,
    /// The kind of who ended it.
    pub ended_by_kind: Option<String>,
    /// Who ended it.
    pub ended_by_id: Option<String>,
}
