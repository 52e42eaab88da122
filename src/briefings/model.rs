//! Rows and vocabulary of briefings.

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::briefings::lifecycle::BriefingStatus;
use crate::kernel::access::Home;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BriefingId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::briefings;

crate::text_enum! {
    /// Where people meet.
    pub enum BriefingFormat {
        /// In a room.
        InPerson => "in_person",
        /// Online.
        Virtual => "virtual",
        /// Both.
        Hybrid => "hybrid",
    }
}

crate::text_enum! {
    /// How the audience is chosen.
    pub enum AudienceScope {
        /// Every organization of the directory.
        Everyone => "everyone",
        /// Organizations of certain kinds.
        Kinds => "kinds",
        /// Organizations in certain states.
        States => "states",
        /// Organizations invited by name.
        Invitation => "invitation",
    }
}

/// A briefing. Times are kept as the local time that people agreed on and as the instant it
/// stands for.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = briefings, treat_none_as_null = true)]
pub struct Briefing {
    /// Its id.
    pub id: BriefingId,
    /// What it is called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// What it is about, for its audience.
    pub summary: Option<String>,
    /// Notes of the office; never shown to cities.
    pub internal_notes: Option<String>,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where it stands.
    pub status: BriefingStatus,
    /// Where people meet.
    pub format: BriefingFormat,
    /// IANA time zone of its times.
    pub time_zone: String,
    /// When it starts, on the clock on the wall.
    pub starts_local: Timestamp,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends, on the clock on the wall.
    pub ends_local: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When registration closes.
    pub rsvp_deadline: Option<Timestamp>,
    /// When the list of attendees goes to the venue's guard.
    pub access_deadline: Option<Timestamp>,
    /// The room.
    pub venue_id: Option<VenueId>,
    /// Where it is online.
    pub meeting_url: Option<String>,
    /// Seats.
    pub capacity: i64,
    /// How the audience is chosen.
    pub audience: AudienceScope,
    /// The jurisdiction it is for or with, if one.
    pub organization_id: Option<OrganizationId>,
    /// The place in line that the next registration gets.
    pub next_place: i64,
    /// Why it was put off or called off.
    pub reason: Option<String>,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Rises when calendars must show something else; a calendar keeps the highest it has seen
    /// (RFC 5545, section 3.8.7.4).
    pub sequence: i64,
}

impl Briefing {
    /// Its time zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// Whether a calendar that shows `other` shows this one wrongly: when, where, what, whether it
    /// takes place, and whether its title may be shown at all.
    #[must_use]
    pub fn is_other_appointment(&self, other: &Self) -> bool {
        let shown = |briefing: &Self| {
            (
                briefing.title.clone(),
                briefing.marking == Marking::Cui,
                briefing.status.is_off().then_some(briefing.status),
                briefing.time_zone.clone(),
                briefing.starts_at,
                briefing.ends_at,
                briefing.venue_id.clone(),
                briefing.meeting_url.clone(),
                briefing.marking == Marking::Cui,
            )
        };
        shown(self) != shown(other)
    }

    /// An instant as it shows on a clock in the briefing's time zone.
    #[must_use]
    pub fn zoned(&self, instant: Timestamp) -> ZonedTime {
        ZonedTime::at(instant, self.zone())
    }
}

impl Aggregate for Briefing {
    const TABLE: &'static str = "briefings";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        briefings::table
            .filter(briefings::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// How an audience's choice is written down: one value for each kind, state or organization.
pub mod audience_value {
    use super::{Home, OrganizationId};

    /// The value of a kind of organization.
    #[must_use]
    pub fn kind(kind: &str) -> String {
        format!("kind:{kind}")
    }

    /// The value of a state, such as `US-AZ`.
    #[must_use]
    pub fn state(code: &str) -> String {
        format!("state:{code}")
    }

    /// The value of an organization.
    #[must_use]
    pub fn organization(id: &OrganizationId) -> String {
        format!("org:{id}")
    }

    /// Every value that reaches someone who belongs to these organizations.
    #[must_use]
    pub fn reaching(homes: &[Home]) -> Vec<String> {
        homes
            .iter()
            .flat_map(|home| {
                let state = home
                    .subdivision
                    .as_ref()
                    .map(|code| state(&format!("{}-{code}", home.country)));
                [
                    Some(kind(&home.kind)),
                    state,
                    Some(organization(&home.organization_id)),
                ]
            })
            .flatten()
            .collect()
    }
}
