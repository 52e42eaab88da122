//! Calendars as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::model::{CalendarContent, CalendarFeed as Row, CalendarKind};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::id::{CalendarFeedId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;

/// A calendar that calendar programs subscribe to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "ics_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "personal",
    "owner_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": null, "name": "Chancery",
    "includes": ["briefings", "placements", "assembly_sessions", "event_requests"],
    "last_used_at": null, "version": 1, "created_at": "2027-01-05T14:00:00Z",
    "updated_at": "2027-01-05T14:00:00Z", "allowed_actions": ["revoke"]
}))]
pub struct CalendarFeed {
    /// Its id.
    pub id: CalendarFeedId,
    /// Whose affairs it shows.
    pub kind: CalendarKind,
    /// Who made it, and with whose rights it is read.
    pub owner_id: UserId,
    /// The organization whose affairs it shows.
    pub organization_id: Option<OrganizationId>,
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub includes: Vec<CalendarContent>,
    /// The address to subscribe to; only in the answer that made it. Whoever has it reads the
    /// calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// When it was last read, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl CalendarFeed {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let may_revoke = may_revoke(&row, scope);
        Self {
            includes: row.includes(),
            id: row.id,
            kind: row.kind,
            owner_id: row.owner_id,
            organization_id: row.organization_id,
            name: row.name,
            url: None,
            last_used_at: row.last_used_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: may_revoke
                .then(|| "revoke".to_owned())
                .into_iter()
                .collect(),
        }
    }
}

/// Whether the caller may revoke this calendar: its owner, and whoever runs the office's accounts.
#[must_use]
pub fn may_revoke(row: &Row, scope: &Scope) -> bool {
    scope.can(Permission::CalendarsWrite)
        && (scope.user() == Some(&row.owner_id) || scope.oversees(Permission::UsersWrite))
}

crate::text_enum! {
    /// The orders the list of calendars has.
    pub enum CalendarSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which calendars are wanted.
    "calendars" CalendarQuery sorted by CalendarSort {
        /// Whose affairs they show.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<CalendarKind>,
        /// The organization whose affairs they show.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new calendar.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "personal", "name": "Chancery",
    "includes": ["briefings", "placements", "assembly_sessions", "event_requests"]
}))]
pub struct CreateCalendar {
    /// Whose affairs it shows.
    pub kind: CalendarKind,
    /// The organization whose affairs it shows: one that the caller belongs to. Only with
    /// `organization`; the caller's own when there is one only.
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// What it is called, in the calendar program too.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// What it shows; everything but `registrations` when not given: `briefings` holds those.
    #[serde(default)]
    #[schema(nullable = false, min_items = 1, max_items = 5)]
    pub includes: Option<Vec<CalendarContent>>,
}

/// The token in the address of a calendar.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct CalendarToken(pub String);

impl CalendarToken {
    /// What every token of a calendar begins with.
    pub const PREFIX: &'static str = "chf_";
}
