//! Ballots and voters as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::polls::model::BallotCapacity;
use crate::kernel::id::{OrganizationId, PollId, SeatId, UserId};
use crate::kernel::time::Timestamp;

/// The ballot of a seat, as whoever acts for the seat sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "poll_id": "pol_01jz8k2m4n6p8q0r2s4t6v8w0x", "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "is_cast": true, "capacity": "holder", "choice": "yes", "cast_at": "2031-03-10T16:21:00Z"
}))]
pub struct Ballot {
    /// The poll.
    pub poll_id: PollId,
    /// The seat.
    pub seat_id: SeatId,
    /// Whether the seat has voted.
    pub is_cast: bool,
    /// In what capacity it was cast.
    pub capacity: Option<BallotCapacity>,
    /// What was chosen; never of a secret poll, and to whoever cast it alone while nobody else may
    /// know.
    pub choice: Option<String>,
    /// When it was cast; never of a secret poll.
    pub cast_at: Option<Timestamp>,
    /// Of a secret poll: what the vote is found by once the poll is closed. Shown to whoever casts the
    /// ballot, and again when they repeat it; nobody else learns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        min_length = 26,
        max_length = 26,
        example = "3w8m1kq0zt5r7v2x9c4b6n8d0f"
    )]
    pub receipt: Option<String>,
}

/// A vote.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"choice": "yes"}))]
pub struct CastBallot {
    /// One of the choices of the poll.
    #[schema(min_length = 1, max_length = 200)]
    pub choice: String,
    /// The seat that the vote is for; needed by whoever acts for more than one, and by the clerk.
    #[schema(nullable = false)]
    pub seat_id: Option<SeatId>,
    /// Anything: it is not read. A client that fills it up can make all its ballots of one length, so
    /// that an encrypted connection does not tell them apart.
    #[schema(nullable = false, max_length = 500)]
    pub padding: Option<String>,
}

/// Which ballot is wanted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BallotQuery {
    /// Of this seat; needed by whoever acts for more than one, and by the clerk.
    #[schema(nullable = false)]
    pub seat_id: Option<SeatId>,
}

crate::query_params!(BallotQuery);

/// A jurisdiction as it stood when the poll was opened, and whether it has voted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_name": "Phoenix", "region": "southwest", "holder_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "alternate_id": null, "proxy_id": null, "is_present": true, "has_voted": true, "capacity": "holder"
}))]
pub struct PollVoter {
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// Its name then.
    pub organization_name: String,
    /// Its region.
    pub region: Option<String>,
    /// Who held the seat.
    pub holder_id: Option<UserId>,
    /// Who stood in.
    pub alternate_id: Option<UserId>,
    /// Who was its proxy.
    pub proxy_id: Option<UserId>,
    /// Whether it was present, and so could vote.
    pub is_present: bool,
    /// Whether it has voted.
    pub has_voted: bool,
    /// In what capacity.
    pub capacity: Option<BallotCapacity>,
}

/// A ballot that everyone may see: of a secret poll by its receipt, of any other by its seat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "receipt": null, "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix",
    "capacity": "holder", "cast_at": "2031-03-10T16:21:00Z", "choice": "yes"
}))]
pub struct CountedBallot {
    /// Of a secret poll: what its voter finds it by.
    pub receipt: Option<String>,
    /// The seat; never of a secret poll.
    pub seat_id: Option<SeatId>,
    /// The jurisdiction; never of a secret poll.
    pub organization_name: Option<String>,
    /// In what capacity it was cast; never of a secret poll.
    pub capacity: Option<BallotCapacity>,
    /// When it was cast; never of a secret poll.
    pub cast_at: Option<Timestamp>,
    /// What was chosen.
    pub choice: String,
}

crate::text_enum! {
    /// The orders the list of voters has.
    pub enum PollVoterSort {
        /// By the name of the jurisdiction.
        OrganizationName => "organization_name",
        /// By the name of the jurisdiction, from the end.
        OrganizationNameDescending => "-organization_name",
    }
}

crate::list_query! {
    /// Which voters are wanted.
    "poll-voters" PollVoterQuery sorted by PollVoterSort {
        /// Whether they were present.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_present: Option<bool>,
    }
}

crate::text_enum! {
    /// The orders the list of ballots has.
    pub enum CountedBallotSort {
        /// By receipt, and where there is none by seat.
        Key => "key",
        /// By receipt or seat, from the end.
        KeyDescending => "-key",
    }
}

crate::list_query! {
    /// Which ballots are wanted.
    "counted-ballots" CountedBallotQuery sorted by CountedBallotSort {
        /// With this receipt.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 26, max_length = 26)]
        pub receipt: Option<String>,
    }
}
