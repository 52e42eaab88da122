//! Rows and vocabulary of notes on who came.

use diesel::prelude::*;

use crate::kernel::id::{BriefingId, RegistrationId};
use crate::kernel::time::Timestamp;
use crate::schema::{attendance_marks, check_in_entries};

crate::text_enum! {
    /// What a note says of an attendee.
    pub enum CheckInAction {
        /// The attendee came.
        CheckIn => "check_in",
        /// It was a mistake that the attendee came.
        Undo => "undo",
    }
}

crate::text_enum! {
    /// What became of a note.
    pub enum CheckInOutcome {
        /// It changed whether the attendee came.
        Applied => "applied",
        /// It was so already, or a later note says otherwise.
        Unchanged => "unchanged",
        /// It cannot be; `code` says why.
        Refused => "refused",
    }
}

/// A note as it was received, with the first answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = check_in_entries)]
pub struct CheckInEntry {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// What the device calls the note.
    pub client_id: String,
    /// The registration, as the device named it.
    pub registration_id: RegistrationId,
    /// What it says.
    pub action: CheckInAction,
    /// When it was made, by the device's clock.
    pub noted_at: Timestamp,
    /// What became of it.
    pub outcome: CheckInOutcome,
    /// The code of the problem, where it was refused.
    pub code: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
}

/// The last thing that was said of whether an attendee came.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attendance_marks)]
pub struct AttendanceMark {
    /// The registration.
    pub registration_id: RegistrationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// When it was so.
    pub as_of: Timestamp,
    /// Whether the attendee came.
    pub came: bool,
}
