//! Rows and vocabulary of registrations.

use diesel::prelude::*;

use crate::kernel::id::{BriefingId, OrganizationId, RegistrationId};
use crate::kernel::time::Timestamp;
use crate::schema::registrations;

crate::text_enum! {
    /// Whether an attendee has a seat.
    pub enum RegistrationStatus {
        /// Has a seat.
        Confirmed => "confirmed",
        /// Waits for one.
        Waitlisted => "waitlisted",
        /// Does not come any more.
        Cancelled => "cancelled",
    }
}

/// A registration. `place` is the order in which people came and never changes; `seat` is a
/// number below the capacity that no two people hold, which the database enforces.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrations, treat_none_as_null = true)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// The attendee's full name.
    pub attendee_name: String,
    /// The attendee's address as it was given.
    pub attendee_email: String,
    /// The address as it is compared.
    pub attendee_email_folded: String,
    /// The attendee's office or function.
    pub attendee_title: Option<String>,
    /// What the attendee needs, such as a sign-language interpreter.
    pub accommodations: Option<String>,
    /// Whether the attendee has a seat.
    pub status: RegistrationStatus,
    /// The place in line.
    pub place: i64,
    /// The seat.
    pub seat: Option<i64>,
    /// When the attendee came.
    pub checked_in_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
