//! Rows and vocabulary of clearances.

use diesel::prelude::*;

use crate::event_requests::clearances::lifecycle::ClearanceStatus;
use crate::kernel::id::{ClearanceId, EventRequestId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::clearances;

crate::text_enum! {
    /// Who is asked.
    pub enum ClearanceKind {
        /// May it be accepted: sponsors, tickets, fundraising, honoraria.
        Ethics => "ethics",
        /// May it be said: press, recordings, remarks.
        PublicAffairs => "public_affairs",
        /// Is it safe.
        Security => "security",
        /// Is it lawful.
        Legal => "legal",
        /// Does it fit the policy towards the countries concerned.
        RegionalBureau => "regional_bureau",
    }
}

/// A clearance. It belongs to its request and is locked with it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clearances, treat_none_as_null = true)]
pub struct Clearance {
    /// Its id.
    pub id: ClearanceId,
    /// The request.
    pub request_id: EventRequestId,
    /// Who is asked.
    pub kind: ClearanceKind,
    /// Its turn; those of one turn are asked side by side.
    pub step: i64,
    /// Where it stands.
    pub status: ClearanceStatus,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When its turn came.
    pub opened_at: Option<Timestamp>,
    /// When it counts as given if nobody has decided.
    pub deemed_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When it was decided, or counted as given.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
}
