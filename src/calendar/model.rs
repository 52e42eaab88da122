//! Rows and vocabulary of calendars.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{CalendarFeedId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::calendar_feeds;

crate::text_enum! {
    /// Whose affairs a calendar shows.
    pub enum CalendarKind {
        /// All that its owner has to do with.
        Personal => "personal",
        /// Those of one organization that its owner belongs to.
        Organization => "organization",
    }
}

crate::text_enum! {
    /// What a calendar shows.
    pub enum CalendarContent {
        /// Every briefing that its owner may see.
        Briefings => "briefings",
        /// The briefings for which its owner, or somebody of the organization, is registered.
        Registrations => "registrations",
        /// Terms of placements, and when their reports are due.
        Placements => "placements",
        /// Sessions of assemblies.
        AssemblySessions => "assembly_sessions",
        /// The events of confirmed requests.
        EventRequests => "event_requests",
    }
}

impl CalendarContent {
    /// What a calendar shows when nobody says: everything.
    pub const USUAL: [Self; 4] = [
        Self::Briefings,
        Self::Placements,
        Self::AssemblySessions,
        Self::EventRequests,
    ];
}

/// A calendar that calendar programs subscribe to.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_feeds)]
pub struct CalendarFeed {
    /// Its id.
    pub id: CalendarFeedId,
    /// The digest of the token in its address.
    pub token_digest: String,
    /// Whose affairs it shows.
    pub kind: CalendarKind,
    /// Who made it, and with whose rights it is read.
    pub owner_id: UserId,
    /// The organization whose affairs it shows.
    pub organization_id: Option<OrganizationId>,
    /// What it is called.
    pub name: String,
    /// What it shows, with spaces between.
    pub includes: String,
    /// When it was last read, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// Stays 1: a calendar is not changed, but made and revoked.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl CalendarFeed {
    /// What it shows.
    #[must_use]
    pub fn includes(&self) -> Vec<CalendarContent> {
        self.includes
            .split_whitespace()
            .filter_map(|content| content.parse().ok())
            .collect()
    }
}

impl Aggregate for CalendarFeed {
    const TABLE: &'static str = "calendar_feeds";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        calendar_feeds::table
            .filter(calendar_feeds::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
