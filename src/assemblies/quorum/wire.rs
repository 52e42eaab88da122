//! The quorum as clients see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::assemblies::quorum::model::QuorumOccasion;
use crate::assemblies::quorum::rule::QuorumRule;
use crate::kernel::id::{AssemblySessionId, PollId, SeatId};
use crate::kernel::time::Timestamp;

/// Whether a quorum is present now, in jurisdictions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "rule": {"kind": "majority"},
    "seated": 20, "present": 10, "required": 11, "missing": 1, "regions_present": 4, "regions_required": 0,
    "is_met": false, "at": "2031-03-10T16:00:00Z"
}))]
pub struct QuorumStanding {
    /// The session.
    pub session_id: AssemblySessionId,
    /// The rule of the assembly.
    pub rule: QuorumRule,
    /// Jurisdictions whose seat somebody holds.
    pub seated: i64,
    /// Those of them for which somebody is present.
    pub present: i64,
    /// How many have to be.
    pub required: i64,
    /// How many more it takes.
    pub missing: i64,
    /// Regions from which somebody is present.
    pub regions_present: i64,
    /// Regions from which somebody has to be.
    pub regions_required: i64,
    /// Whether a quorum is present.
    pub is_met: bool,
    /// When this was so.
    pub at: Timestamp,
}

/// A check of the quorum, with what went into it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuorumCheck)]
#[schema(example = json!({
    "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "ordinal": 1, "occasion": "opening", "poll_id": null,
    "rule": {"kind": "majority"}, "seated": 2, "present": 1, "required": 2, "missing": 1,
    "regions_present": 1, "regions_required": 0, "is_met": false,
    "seated_seats": ["sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "sea_01jz8k2m4n6p8q0r2s4t6v8w0y"],
    "present_seats": ["sea_01jz8k2m4n6p8q0r2s4t6v8w0x"],
    "occurred_at": "2031-03-10T16:00:00Z"
}))]
pub struct RecordedCheck {
    /// The session.
    pub session_id: AssemblySessionId,
    /// Counts from 1.
    pub ordinal: i64,
    /// What it was made for.
    pub occasion: QuorumOccasion,
    /// The poll that was to be opened, or was closed.
    pub poll_id: Option<PollId>,
    /// The rule as it was.
    pub rule: QuorumRule,
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
    /// The seats that counted as seated.
    pub seated_seats: Vec<SeatId>,
    /// The seats that counted as present.
    pub present_seats: Vec<SeatId>,
    /// When it was made.
    pub occurred_at: Timestamp,
}

crate::text_enum! {
    /// The orders the list of checks has.
    pub enum QuorumCheckSort {
        /// The first one first.
        Ordinal => "ordinal",
        /// The last one first.
        OrdinalDescending => "-ordinal",
    }
}

crate::list_query! {
    /// Which checks are wanted.
    "quorum-checks" QuorumCheckQuery sorted by QuorumCheckSort {
        /// Made for this.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub occasion: Option<QuorumOccasion>,
        /// Of this poll.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub poll_id: Option<PollId>,
    }
}
