//! Briefings as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::{AudienceScope, BriefingFormat};
use crate::directory::organizations::model::OrganizationKind;
use crate::directory::organizations::wire::Organization;
use crate::directory::venues::model::Venue;
use crate::kernel::id::{BrieferId, BriefingId, BriefingSeriesId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput, ZonedTimeSchema};

/// Who a briefing is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scope": "states", "states": ["US-AZ", "US-NM"]}))]
pub struct Audience {
    /// How the audience is chosen.
    pub scope: AudienceScope,
    /// With scope `kinds`: which kinds of organizations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, required = false)]
    pub kinds: Vec<OrganizationKind>,
    /// With scope `states`: which states, as ISO 3166-2 codes such as `US-AZ`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100, required = false, value_type = Vec<StateCode>)]
    pub states: Vec<String>,
    /// With scope `invitation`: which organizations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500, required = false)]
    pub organization_ids: Vec<OrganizationId>,
}

/// A state or region: ISO 3166-2, such as `US-AZ`.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^[A-Z]{2}-[A-Z0-9-]{1,10}$", example = "US-AZ")]
#[expect(dead_code, reason = "describes a state's code in the document")]
pub struct StateCode(String);

impl Default for Audience {
    fn default() -> Self {
        Self {
            scope: AudienceScope::Everyone,
            kinds: Vec::new(),
            states: Vec::new(),
            organization_ids: Vec::new(),
        }
    }
}

/// A briefer, as far as a briefing's audience is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BrieferSummary {
    /// Its id.
    pub id: BrieferId,
    /// The full name.
    pub name: String,
    /// Office or function.
    pub title: Option<String>,
}

/// A venue, as far as a briefing's audience is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VenueSummary {
    /// Its id.
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether its guard asks for access data of everyone who comes.
    pub requires_access_data: bool,
}

impl VenueSummary {
    /// What is told of a venue.
    #[must_use]
    pub fn of(venue: &Venue) -> Self {
        Self {
            id: venue.id.clone(),
            name: venue.name.clone(),
            address: venue.address.clone(),
            time_zone: venue.time_zone.clone(),
            requires_access_data: venue.requires_access_data,
        }
    }
}

/// How many are registered. Counted when asked, never stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// People with a seat.
    pub confirmed: i64,
    /// People waiting for one.
    pub waitlisted: i64,
    /// People who came.
    pub attended: i64,
    /// People with a seat whose access data the venue asks for and nobody has given; only for
    /// federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_data_missing: Option<i64>,
}

/// A briefing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Semiconductor supply chains",
    "topic": "trade", "summary": "What is changing and what it means for host communities.",
    "marking": "official_use", "status": "published", "format": "hybrid",
    "starts_at": {"local": "2027-03-10T10:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T17:00:00Z"},
    "ends_at": {"local": "2027-03-10T11:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T18:00:00Z"},
    "rsvp_deadline": null, "access_deadline": null,
    "venue": {"id": "ven_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003", "time_zone": "America/Phoenix", "requires_access_data": false},
    "meeting_url": "https://meet.example.gov/semiconductors", "capacity": 25,
    "audience": {"scope": "states", "states": ["US-AZ"]}, "organization_id": null,
    "series_id": null, "briefers": [{"id": "bfr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Amara Okafor", "title": "Deputy Director, Trade Policy"}],
    "counts": {"confirmed": 24, "waitlisted": 0, "attended": 0}, "seats_left": 1, "overage": 0,
    "registration_open": true, "registration_closes_at": "2027-03-10T17:00:00Z",
    "reminder_hours": [168, 24], "reason": null,
    "published_at": "2027-01-05T14:00:00Z", "version": 3,
    "created_at": "2027-01-04T14:00:00Z", "updated_at": "2027-01-05T14:00:00Z",
    "allowed_actions": ["register"]
}))]
pub struct Briefing {
    /// Its id.
    pub id: BriefingId,
    /// What it is called.
    pub title: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// What it is about, for its audience.
    pub summary: Option<String>,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where it stands.
    pub status: BriefingStatus,
    /// Where people meet.
    pub format: BriefingFormat,
    /// When it starts.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// When registration closes, if before the start.
    #[schema(value_type = Option<ZonedTimeSchema>)]
    pub rsvp_deadline: Option<ZonedTime>,
    /// When the list of attendees goes to the venue. Nobody moves up from the waitlist after it.
    #[schema(value_type = Option<ZonedTimeSchema>)]
    pub access_deadline: Option<ZonedTime>,
    /// The room.
    pub venue: Option<VenueSummary>,
    /// Where it is online.
    pub meeting_url: Option<String>,
    /// Seats.
    pub capacity: i64,
    /// Who it is for.
    pub audience: Audience,
    /// The jurisdiction it is for or with, if one.
    pub organization_id: Option<OrganizationId>,
    /// The jurisdiction itself; only with `expand=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<Organization>,
    /// The series that it is an occurrence of, if one.
    pub series_id: Option<BriefingSeriesId>,
    /// Who briefs.
    pub briefers: Vec<BrieferSummary>,
    /// How many are registered.
    pub counts: Counts,
    /// Seats that are free.
    pub seats_left: i64,
    /// Confirmed attendees beyond the capacity, after it was cut. Nobody is evicted.
    pub overage: i64,
    /// Whether registration is open.
    pub registration_open: bool,
    /// Until when one may register, once it is published.
    pub registration_closes_at: Timestamp,
    /// Hours before the start at which people are reminded; the office's own when `null`.
    pub reminder_hours: Option<Vec<i64>>,
    /// Why it was put off or called off.
    pub reason: Option<String>,
    /// Notes of the office; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub internal_notes: Option<String>,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

crate::text_enum! {
    /// The orders the list of briefings has.
    pub enum BriefingSort {
        /// The earliest first.
        StartsAt => "starts_at",
        /// The latest first.
        StartsAtDescending => "-starts_at",
        /// The oldest record first.
        CreatedAt => "created_at",
        /// The newest record first.
        CreatedAtDescending => "-created_at",
    }
}

crate::text_enum! {
    /// What a briefing can show in full.
    pub enum BriefingExpansion {
        /// The jurisdiction it is for or with.
        Organization => "organization",
    }
}

crate::list_query! {
    /// Which briefings are wanted.
    "briefings" BriefingQuery sorted by BriefingSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "trade")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<BriefingStatus>,
        /// How widely they may be known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub marking: Option<Marking>,
        /// Where people meet.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub format: Option<BriefingFormat>,
        /// Starting at this instant or later.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_from: Option<Timestamp>,
        /// Starting before this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_before: Option<Timestamp>,
        /// Given by this briefer.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub briefer_id: Option<BrieferId>,
        /// Held at this venue.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub venue_id: Option<VenueId>,
        /// For or with this jurisdiction.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// Occurrences of this series.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub series_id: Option<BriefingSeriesId>,
        /// What to show in full.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub expand: Option<BriefingExpansion>,
    }
}

/// What one briefing shows.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BriefingView {
    /// What to show in full.
    #[schema(nullable = false)]
    pub expand: Option<BriefingExpansion>,
}
crate::query_params!(BriefingView);

fn official_use() -> Marking {
    Marking::OfficialUse
}

/// A new briefing, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Semiconductor supply chains", "topic": "trade", "marking": "official_use", "format": "virtual",
    "starts_at": {"local": "2027-03-10T10:00:00", "time_zone": "America/Phoenix"},
    "ends_at": {"local": "2027-03-10T11:00:00", "time_zone": "America/Phoenix"},
    "capacity": 25, "audience": {"scope": "states", "states": ["US-AZ"]}
}))]
pub struct CreateBriefing {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// What it is about, in a word or two.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub topic: String,
    /// What it is about, for its audience.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub summary: Option<String>,
    /// Notes of the office; never shown to cities.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub internal_notes: Option<String>,
    /// How widely it may be known; `official_use` when not given.
    #[serde(default = "official_use")]
    #[schema(required = false)]
    pub marking: Marking,
    /// Where people meet.
    pub format: BriefingFormat,
    /// When it starts.
    pub starts_at: ZonedTimeInput,
    /// When it ends, in the same time zone.
    pub ends_at: ZonedTimeInput,
    /// When registration closes, if before the start.
    #[serde(default)]
    pub rsvp_deadline: Option<ZonedTimeInput>,
    /// When the list of attendees goes to the venue. Nobody moves up from the waitlist after it.
    #[serde(default)]
    pub access_deadline: Option<ZonedTimeInput>,
    /// The room.
    #[serde(default)]
    pub venue_id: Option<VenueId>,
    /// Where it is online.
    #[serde(default)]
    #[schema(max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Option<String>,
    /// Seats.
    #[schema(minimum = 1, maximum = 100_000)]
    pub capacity: i64,
    /// Who it is for; everyone when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub audience: Audience,
    /// The jurisdiction it is for or with.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// Who briefs; each once.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub briefer_ids: Vec<BrieferId>,
    /// Hours before the start at which attendees, and those who have not answered their
    /// invitation, are reminded; the office's own when not given, none when empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ReminderHours>>, max_items = 10)]
    pub reminder_hours: Option<Vec<i64>>,
}

/// Hours before the start of a briefing.
#[derive(ToSchema)]
#[schema(value_type = i64, minimum = 1, maximum = 2160, example = 24)]
#[expect(
    dead_code,
    reason = "describes the hours of a reminder in the document"
)]
pub struct ReminderHours(i64);

/// A change of a briefing: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": 30}))]
pub struct UpdateBriefing {
    /// What it is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// What it is about, in a word or two.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub topic: Option<String>,
    /// What it is about, for its audience.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub summary: Patch<String>,
    /// Notes of the office; never shown to cities.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub internal_notes: Patch<String>,
    /// How widely it may be known.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
    /// Where people meet.
    #[schema(nullable = false)]
    pub format: Option<BriefingFormat>,
    /// When it starts. Deadlines that are not named here move with it, and stay as long before it, on
    /// the clock on the wall.
    #[schema(nullable = false)]
    pub starts_at: Option<ZonedTimeInput>,
    /// When it ends, in the same time zone.
    #[schema(nullable = false)]
    pub ends_at: Option<ZonedTimeInput>,
    /// When registration closes, if before the start.
    #[serde(default)]
    #[schema(value_type = Option<ZonedTimeInput>)]
    pub rsvp_deadline: Patch<ZonedTimeInput>,
    /// When the list of attendees goes to the venue.
    #[serde(default)]
    #[schema(value_type = Option<ZonedTimeInput>)]
    pub access_deadline: Patch<ZonedTimeInput>,
    /// The room.
    #[serde(default)]
    #[schema(value_type = Option<VenueId>)]
    pub venue_id: Patch<VenueId>,
    /// Where it is online.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Patch<String>,
    /// Seats. Fewer than are confirmed evicts nobody; more lets the waitlist move up.
    #[schema(nullable = false, minimum = 1, maximum = 100_000)]
    pub capacity: Option<i64>,
    /// Who it is for.
    #[schema(nullable = false)]
    pub audience: Option<Audience>,
    /// The jurisdiction it is for or with.
    #[serde(default)]
    #[schema(value_type = Option<OrganizationId>)]
    pub organization_id: Patch<OrganizationId>,
    /// Who briefs, in place of those who did; each once.
    #[schema(nullable = false, max_items = 20)]
    pub briefer_ids: Option<Vec<BrieferId>>,
    /// Hours before the start at which people are reminded; the office's own when `null`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ReminderHours>>, max_items = 10)]
    pub reminder_hours: Patch<Vec<i64>>,
}

/// Why a briefing is put off or called off.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The briefer was called to Geneva."}))]
pub struct ReasonInput {
    /// The reason, as the audience is told.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}
