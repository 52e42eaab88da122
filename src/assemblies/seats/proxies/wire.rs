//! Proxies as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::seats::lifecycle::Capacity;
use crate::kernel::id::{AssemblySessionId, OrganizationId, ProxyId, SeatId, UserId};
use crate::kernel::time::Timestamp;

/// A seat's vote given to somebody of another seat, for one session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prx_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "proxy_seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0y",
    "proxy_organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0y", "proxy_organization_name": "Tempe",
    "proxy_user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "proxy_name": "Ben Ortiz",
    "designated_by": {"kind": "user", "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0y", "name": "Ana Ruiz"},
    "designated_at": "2031-05-02T15:00:00Z", "revoked_by": null, "revoked_at": null
}))]
pub struct SeatProxy {
    /// Its id.
    pub id: ProxyId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The seat whose vote it is.
    pub seat_id: SeatId,
    /// The seat of the proxy.
    pub proxy_seat_id: SeatId,
    /// The jurisdiction of the proxy.
    pub proxy_organization_id: OrganizationId,
    /// What it is called.
    pub proxy_organization_name: String,
    /// The proxy.
    pub proxy_user_id: UserId,
    /// The proxy's name.
    pub proxy_name: String,
    /// What was written about it; for the jurisdiction's own people and the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<String>,
    /// Who designated.
    pub designated_by: ProxyActor,
    /// When.
    pub designated_at: Timestamp,
    /// Who revoked it.
    pub revoked_by: Option<ProxyActor>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Who designated or revoked a proxy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"kind": "user", "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz"}))]
pub struct ProxyActor {
    /// A person, or the service by itself.
    #[schema(pattern = r"^(user|api_key|system)$")]
    pub kind: String,
    /// The person.
    pub id: Option<String>,
    /// The person's name.
    pub name: Option<String>,
}

crate::text_enum! {
    /// The orders the list of proxies has.
    pub enum ProxySort {
        /// The oldest first.
        DesignatedAt => "designated_at",
        /// The newest first.
        DesignatedAtDescending => "-designated_at",
    }
}

crate::list_query! {
    /// Which proxies are wanted.
    "seat-proxies" ProxyQuery sorted by ProxySort {
        /// The session.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub session_id: Option<AssemblySessionId>,
    }
}

const fn the_holder() -> Capacity {
    Capacity::Holder
}

/// To whom a seat gives its vote.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "proxy_seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0y"}))]
pub struct DesignateProxy {
    /// For which session: one that is called and not yet open.
    pub session_id: AssemblySessionId,
    /// The seat of the proxy, in the same assembly.
    pub proxy_seat_id: SeatId,
    /// Whether its holder or its alternate; the holder when not given.
    #[serde(default = "the_holder")]
    #[schema(required = false)]
    pub capacity: Capacity,
    /// What is written about it, such as the letter of the jurisdiction.
    #[schema(nullable = false, max_length = 1000)]
    pub note: Option<String>,
}
