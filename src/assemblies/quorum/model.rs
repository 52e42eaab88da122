//! Rows of quorum checks.

use diesel::prelude::*;
use serde::Serialize;

use crate::kernel::id::{AssemblySessionId, PollId};
use crate::kernel::time::Timestamp;
use crate::schema::quorum_checks;

crate::text_enum! {
    /// What a check of the quorum was made for.
    pub enum QuorumOccasion {
        /// The session was opened, or was to be.
        Opening => "opening",
        /// It went on after a recess.
        Resumption => "resumption",
        /// Somebody came or went, and it was lost or won.
        Change => "change",
        /// A poll was opened.
        PollOpening => "poll_opening",
        /// A poll was closed.
        PollClosing => "poll_closing",
        /// The session was adjourned.
        Adjournment => "adjournment",
    }
}

/// An evaluation of the quorum, with what went into it.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = quorum_checks, treat_none_as_null = true, primary_key(session_id, ordinal))]
pub struct QuorumCheck {
    /// The session.
    pub session_id: AssemblySessionId,
    /// Counts from 1.
    pub ordinal: i64,
    /// What it was made for.
    pub occasion: QuorumOccasion,
    /// The poll.
    pub poll_id: Option<PollId>,
    /// The rule, as JSON.
    pub rule: String,
    /// Jurisdictions that were seated.
    pub seated: i64,
    /// Jurisdictions that were present.
    pub present: i64,
    /// Jurisdictions that had to be.
    pub required: i64,
    /// How many more it would have taken.
    pub missing: i64,
    /// Regions from which somebody was present.
    pub regions_present: i64,
    /// Regions from which somebody had to be.
    pub regions_required: i64,
    /// Whether a quorum was present.
    pub is_met: bool,
    /// The seats that counted, as JSON.
    pub inputs: String,
    /// When it happened.
    pub occurred_at: Timestamp,
}
