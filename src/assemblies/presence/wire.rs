//! Presence as clients see and send it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::quorum::wire::QuorumStanding;
use crate::kernel::id::{AssemblySessionId, OrganizationId, PresenceId, SeatId, UserId};
use crate::kernel::time::Timestamp;

/// A time for which somebody was present for a seat.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prs_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_name": "Phoenix", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "user_name": "Amara Okafor",
    "capacity": "holder", "starts_at": "2031-03-10T16:00:00Z", "ends_at": null
}))]
pub struct PresenceInterval {
    /// Its id.
    pub id: PresenceId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization_name: String,
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub user_name: String,
    /// In what capacity.
    pub capacity: PresenceCapacity,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; nothing while they are present.
    pub ends_at: Option<Timestamp>,
}

/// Who is present for a seat, and the quorum with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "is_present": true,
    "present": [{
        "id": "prs_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "organization_name": "Phoenix", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "user_name": "Amara Okafor",
        "capacity": "holder", "starts_at": "2031-03-10T16:00:00Z", "ends_at": null
    }],
    "quorum": {
        "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "rule": {"kind": "majority"},
        "seated": 20, "present": 11, "required": 11, "missing": 0, "regions_present": 4, "regions_required": 0,
        "is_met": true, "at": "2031-03-10T16:00:00Z"
    }
}))]
pub struct SeatPresence {
    /// The seat.
    pub seat_id: SeatId,
    /// Whether somebody is present for it: however many are, it counts once.
    pub is_present: bool,
    /// Who is.
    pub present: Vec<PresenceInterval>,
    /// The quorum of the session now.
    pub quorum: QuorumStanding,
}

/// That somebody is present.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": "holder"}))]
pub struct SetPresence {
    /// For the clerk: who of the seat is; its holder when not given. A member is present in the
    /// capacity that they have.
    #[schema(nullable = false)]
    pub capacity: Option<PresenceCapacity>,
}

/// Whose presence is cleared.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearPresenceQuery {
    /// For the clerk: whose; everyone's who is there for the seat when not given.
    #[schema(nullable = false)]
    pub capacity: Option<PresenceCapacity>,
}

crate::query_params!(ClearPresenceQuery);

crate::text_enum! {
    /// The orders the lists of presence have.
    pub enum PresenceSort {
        /// Who came first.
        StartsAt => "starts_at",
        /// Who came last.
        StartsAtDescending => "-starts_at",
    }
}

crate::list_query! {
    /// Whose presence is wanted.
    "presence" PresenceQuery sorted by PresenceSort {
        /// At this instant; now when not given.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub at: Option<Timestamp>,
        /// Of this seat.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub seat_id: Option<SeatId>,
    }
}

crate::list_query! {
    /// Which times are wanted.
    "presence-intervals" PresenceIntervalQuery sorted by PresenceSort {
        /// Of this seat.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub seat_id: Option<SeatId>,
    }
}
