//! Series of briefings as clients see and send them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::model::BriefingFormat;
use crate::briefings::series::lifecycle::SeriesStatus;
use crate::briefings::wire::{Audience, Briefing, ReminderHours};
use crate::kernel::day::Day;
use crate::kernel::id::{BrieferId, BriefingSeriesId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput, ZonedTimeSchema};

/// How many occurrences stand where. Counted when asked, never stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OccurrenceCounts {
    /// Not yet booked.
    pub draft: i64,
    /// Booked and not yet shown.
    pub scheduled: i64,
    /// Shown to their audience.
    pub published: i64,
    /// Put off.
    pub postponed: i64,
    /// Called off.
    pub cancelled: i64,
    /// Held, or held and written up.
    pub delivered: i64,
}

/// A series of briefings: what its next occurrences are made from, and when they are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "srs_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Weekly trade briefing", "topic": "trade", "summary": null,
    "internal_notes": null, "marking": "official_use", "status": "active", "format": "virtual",
    "recurrence": "FREQ=WEEKLY;BYDAY=TU;COUNT=5",
    "starts_at": {"local": "2026-03-03T10:00:00", "time_zone": "America/New_York", "utc": "2026-03-03T15:00:00Z"},
    "ends_at": {"local": "2026-03-03T11:00:00", "time_zone": "America/New_York", "utc": "2026-03-03T16:00:00Z"},
    "rsvp_lead_minutes": 1440, "access_lead_minutes": null, "reminder_hours": null, "exceptions": ["2026-03-24"], "venue_id": null,
    "meeting_url": "https://meet.example.gov/trade", "capacity": 25, "audience": {"scope": "everyone"},
    "organization_id": null, "briefer_ids": ["bfr_01jz8k2m4n6p8q0r2s4t6v8w0x"], "split_from_id": null, "reason": null,
    "counts": {"draft": 0, "scheduled": 4, "published": 0, "postponed": 0, "cancelled": 0, "delivered": 0},
    "version": 2, "created_at": "2026-01-04T14:00:00Z", "updated_at": "2026-01-05T14:00:00Z",
    "allowed_actions": ["schedule", "publish", "split", "end", "update"]
}))]
pub struct BriefingSeries {
    /// Its id.
    pub id: BriefingSeriesId,
    /// What its next occurrences are called.
    pub title: String,
    /// What they are about, in a word or two.
    pub topic: String,
    /// What they are about, for their audience.
    pub summary: Option<String>,
    /// Notes of the office; never shown to cities.
    pub internal_notes: Option<String>,
    /// How widely they may be known.
    pub marking: Marking,
    /// Where the series stands.
    pub status: SeriesStatus,
    /// Where people meet.
    pub format: BriefingFormat,
    /// How it recurs: a rule of RFC 5545, section 3.3.10, counted from `starts_at`.
    pub recurrence: String,
    /// The start of the first occurrence that the rule has. The others start at the same local time.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// The end of that occurrence. The others end at the same local time.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// Minutes before the start, on the clock on the wall, at which registration closes.
    pub rsvp_lead_minutes: Option<i64>,
    /// Minutes before the start at which the list of attendees goes to the venue.
    pub access_lead_minutes: Option<i64>,
    /// Hours before the start at which people are reminded; the office's own when `null`.
    pub reminder_hours: Option<Vec<i64>>,
    /// Dates of the rule without an occurrence.
    pub exceptions: Vec<Day>,
    /// The room.
    pub venue_id: Option<VenueId>,
    /// Where it is online.
    pub meeting_url: Option<String>,
    /// Seats of each.
    pub capacity: i64,
    /// Who it is for.
    pub audience: Audience,
    /// The jurisdiction it is for or with, if one.
    pub organization_id: Option<OrganizationId>,
    /// Who briefs.
    pub briefer_ids: Vec<BrieferId>,
    /// The series that this one goes on from.
    pub split_from_id: Option<BriefingSeriesId>,
    /// Why it was ended.
    pub reason: Option<String>,
    /// Where its occurrences stand.
    pub counts: OccurrenceCounts,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// A scheduled time in another time zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeenTime {
    /// When it starts there.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends there.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
}

/// One occurrence of a series.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "date": "2026-03-03", "changed": ["capacity"], "seen": {
        "starts_at": {"local": "2026-03-03T16:00:00", "time_zone": "Europe/Brussels", "utc": "2026-03-03T15:00:00Z"},
        "ends_at": {"local": "2026-03-03T17:00:00", "time_zone": "Europe/Brussels", "utc": "2026-03-03T16:00:00Z"}
    },
    "briefing": {
        "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Weekly trade briefing",
        "topic": "trade", "summary": null, "marking": "official_use", "status": "published", "format": "virtual",
        "starts_at": {"local": "2026-03-03T10:00:00", "time_zone": "America/New_York", "utc": "2026-03-03T15:00:00Z"},
        "ends_at": {"local": "2026-03-03T11:00:00", "time_zone": "America/New_York", "utc": "2026-03-03T16:00:00Z"},
        "rsvp_deadline": null, "access_deadline": null, "venue": null,
        "meeting_url": "https://meet.example.gov/trade", "capacity": 30,
        "audience": {"scope": "everyone"}, "organization_id": null, "series_id": "srs_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "briefers": [{"id": "bfr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Amara Okafor", "title": "Deputy Director, Trade Policy"}],
        "counts": {"confirmed": 24, "waitlisted": 0, "attended": 0}, "seats_left": 6, "overage": 0,
        "registration_open": true, "registration_closes_at": "2026-03-03T15:00:00Z",
        "reminder_hours": [168, 24], "reason": null,
        "published_at": "2026-01-05T14:00:00Z", "version": 3,
        "created_at": "2026-01-04T14:00:00Z", "updated_at": "2026-01-05T14:00:00Z",
        "allowed_actions": ["register"]
    }
}))]
pub struct BriefingOccurrence {
    /// The date that the rule has, by which it is excepted or the series is split. It stays when the
    /// occurrence alone is moved.
    pub date: Day,
    /// Members that were changed of this occurrence alone. What is changed of the series later leaves
    /// them alone; `starts_at` stands for both times.
    pub changed: BTreeSet<String>,
    /// The times on a clock in the zone that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seen: Option<SeenTime>,
    /// The occurrence.
    pub briefing: Briefing,
}

crate::text_enum! {
    /// The orders the list of series has.
    pub enum SeriesSort {
        /// The earliest first occurrence first.
        StartsAt => "starts_at",
        /// The latest first occurrence first.
        StartsAtDescending => "-starts_at",
        /// The oldest record first.
        CreatedAt => "created_at",
        /// The newest record first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which series are wanted.
    "briefing_series" SeriesQuery sorted by SeriesSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "trade")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<SeriesStatus>,
        /// How widely they may be known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub marking: Option<Marking>,
    }
}

crate::text_enum! {
    /// The orders the list of a series' occurrences has.
    pub enum OccurrenceSort {
        /// The earliest date first.
        Date => "date",
        /// The latest date first.
        DateDescending => "-date",
    }
}

crate::list_query! {
    /// Which occurrences are wanted.
    "briefing_occurrences" OccurrenceQuery sorted by OccurrenceSort {
        /// An IANA time zone in which the times are shown too, as `seen`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 64, example = "Europe/Brussels")]
        pub time_zone: Option<String>,
    }
}

fn official_use() -> Marking {
    Marking::OfficialUse
}

/// Which of the two, on a date on which the local time occurs twice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"date": "2026-11-01", "offset": "-04:00"}))]
pub struct DateOffset {
    /// The date of the occurrence.
    pub date: Day,
    /// The UTC offset.
    #[schema(pattern = r"^[+-]([01]\d|2[0-3]):[0-5]\d$")]
    pub offset: String,
}

/// A new series, with all its occurrences.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Weekly trade briefing", "topic": "trade", "format": "virtual", "capacity": 25,
    "recurrence": "FREQ=WEEKLY;BYDAY=TU;COUNT=5",
    "starts_at": {"local": "2031-03-04T10:00:00", "time_zone": "America/New_York"},
    "ends_at": {"local": "2031-03-04T11:00:00", "time_zone": "America/New_York"},
    "rsvp_lead_minutes": 1440, "except": ["2031-03-25"]
}))]
pub struct CreateBriefingSeries {
    /// What they are called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// What they are about, in a word or two.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub topic: String,
    /// What they are about, for their audience.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub summary: Option<String>,
    /// Notes of the office; never shown to cities.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub internal_notes: Option<String>,
    /// How widely they may be known; `official_use` when not given.
    #[serde(default = "official_use")]
    #[schema(required = false)]
    pub marking: Marking,
    /// Where people meet.
    pub format: BriefingFormat,
    /// A rule of RFC 5545, section 3.3.10, without the time of day: by days, weeks, months or years,
    /// with COUNT or UNTIL, up to 200 occurrences within ten years.
    #[schema(min_length = 1, max_length = 300, pattern = r"^[A-Z0-9=;,+-]+$")]
    pub recurrence: String,
    /// The start of the first occurrence, which the rule must have. All start at this local time.
    pub starts_at: ZonedTimeInput,
    /// The end of the first occurrence, in the same time zone. All end at this local time.
    pub ends_at: ZonedTimeInput,
    /// Minutes before the start, on the clock on the wall, at which registration closes.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 527_040)]
    pub rsvp_lead_minutes: Option<i64>,
    /// Minutes before the start at which the list of attendees goes to the venue.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 527_040)]
    pub access_lead_minutes: Option<i64>,
    /// Hours before the start of each at which attendees, and those who have not answered their
    /// invitation, are reminded; the office's own when not given, none when empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ReminderHours>>, max_items = 10)]
    pub reminder_hours: Option<Vec<i64>>,
    /// Dates of the rule that get no occurrence.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub except: Vec<Day>,
    /// The offsets of dates on which the local time occurs twice. One that neither the start nor the
    /// end has on its date is refused.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub offsets: Vec<DateOffset>,
    /// Whether all are booked at once, in place of being drafted. Conflicts are looked for in any case.
    #[serde(default)]
    #[schema(required = false)]
    pub schedule: bool,
    /// The room.
    #[serde(default)]
    pub venue_id: Option<VenueId>,
    /// Where it is online.
    #[serde(default)]
    #[schema(max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Option<String>,
    /// Seats of each.
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
}

/// A change of a series and of its occurrences to come: absent members keep their value, `null` clears
/// it. What an occurrence changed by itself stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": 30}))]
pub struct UpdateBriefingSeries {
    /// What they are called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// What they are about, in a word or two.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub topic: Option<String>,
    /// What they are about, for their audience.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub summary: Patch<String>,
    /// Notes of the office; never shown to cities.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub internal_notes: Patch<String>,
    /// How widely they may be known.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
    /// Where people meet.
    #[schema(nullable = false)]
    pub format: Option<BriefingFormat>,
    /// How it recurs from now on, counted from the next occurrence.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 300,
        pattern = r"^[A-Z0-9=;,+-]+$"
    )]
    pub recurrence: Option<String>,
    /// The start of the next occurrence, which is still to come. The others follow by the rule; the
    /// first that was planned becomes the first of the new dates, the second the second, and each
    /// keeps its registrations.
    #[schema(nullable = false)]
    pub starts_at: Option<ZonedTimeInput>,
    /// The end of that occurrence. Without it they take as long as before.
    #[schema(nullable = false)]
    pub ends_at: Option<ZonedTimeInput>,
    /// Minutes before the start, on the clock on the wall, at which registration closes.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 527_040)]
    pub rsvp_lead_minutes: Patch<i64>,
    /// Minutes before the start at which the list of attendees goes to the venue.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 527_040)]
    pub access_lead_minutes: Patch<i64>,
    /// Hours before the start of each at which people are reminded; the office's own when `null`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ReminderHours>>, max_items = 10)]
    pub reminder_hours: Patch<Vec<i64>>,
    /// New dates that get no occurrence; with `starts_at`, `ends_at` or `recurrence`.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub except: Vec<Day>,
    /// The offsets of new dates on which the local time occurs twice.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub offsets: Vec<DateOffset>,
    /// The room.
    #[serde(default)]
    #[schema(value_type = Option<VenueId>)]
    pub venue_id: Patch<VenueId>,
    /// Where it is online.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Patch<String>,
    /// Seats of each. Fewer than are confirmed evicts nobody.
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
}

/// From which date on another series takes over, and what is other in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2031-03-18", "change": {"capacity": 30}}))]
pub struct SplitBriefingSeries {
    /// The date of the first occurrence of the new series.
    pub from: Day,
    /// What is changed from then on.
    #[serde(default)]
    #[schema(required = false)]
    pub change: UpdateBriefingSeries,
}

/// From when on a series ends.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2031-03-18", "reason": "The program has ended."}))]
pub struct EndBriefingSeries {
    /// The first date that has no occurrence any more; everything that is still to come when not given.
    #[serde(default)]
    pub from: Option<Day>,
    /// The reason, as the audience of what was published is told.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}

/// Dates that an action on the whole series leaves out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"except": ["2031-03-18"]}))]
pub struct SeriesSelection {
    /// The dates.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub except: Vec<Day>,
}

/// A date that is to have no occurrence.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"date": "2031-03-18", "reason": "A federal holiday."}))]
pub struct AddSeriesException {
    /// The date.
    pub date: Day,
    /// The reason, as the audience is told where the occurrence was published.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}

/// A date that is to have its occurrence after all.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"date": "2031-03-25"}))]
pub struct UndoSeriesException {
    /// The date.
    pub date: Day,
    /// The UTC offset, where the local time occurs twice on that date.
    #[serde(default)]
    #[schema(pattern = r"^[+-]([01]\d|2[0-3]):[0-5]\d$")]
    pub offset: Option<String>,
}
