//! Availability as clients ask for it and see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::VenueId;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeSchema};

/// What is looked for. Lists are written with commas.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityQuery {
    /// The briefers, all of whom must be free; up to 20.
    #[schema(
        nullable = false,
        pattern = r"^bfr_[0-9a-hjkmnp-tv-z]{26}(,bfr_[0-9a-hjkmnp-tv-z]{26}){0,19}$",
        example = "bfr_01jz8k2m4n6p8q0r2s4t6v8w0x"
    )]
    pub briefer_ids: Option<String>,
    /// The venues, one of which must be free; up to 20.
    #[schema(
        nullable = false,
        pattern = r"^ven_[0-9a-hjkmnp-tv-z]{26}(,ven_[0-9a-hjkmnp-tv-z]{26}){0,19}$"
    )]
    pub venue_ids: Option<String>,
    /// The IANA time zones of those who take part, all of whom must be at work; up to 10. The office's
    /// own when not given. Slots begin on the full and half hour of the first.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 400,
        pattern = r"^[A-Za-z0-9_+/-]+(,[A-Za-z0-9_+/-]+){0,9}$",
        example = "America/New_York,Europe/Brussels"
    )]
    pub time_zones: Option<String>,
    /// How long it takes.
    #[schema(minimum = 5, maximum = 720, example = 60)]
    pub duration_minutes: i64,
    /// Starting at this instant or later; never before now.
    #[schema(nullable = false, value_type = Option<String>, format = DateTime, example = "2031-03-10T00:00:00Z")]
    pub from: Option<Timestamp>,
    /// Ending at this instant or before: up to 62 days after `from`, 14 when not given.
    #[schema(nullable = false, value_type = Option<String>, format = DateTime, example = "2031-03-15T00:00:00Z")]
    pub until: Option<Timestamp>,
    /// Slots that are offered, at most, 25 when not given.
    #[schema(nullable = false, minimum = 1, maximum = 100, example = 25)]
    pub limit: Option<i64>,
}
crate::query_params!(AvailabilityQuery);

/// A slot on the clock of one zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LocalSlot {
    /// When it starts there.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends there.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// Whether it lies in the core of the working day there: not in its first or its last hour.
    pub is_core: bool,
}

/// A time at which everybody is free.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FreeSlot {
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Zones in which it lies in the first or the last hour of the working day.
    pub outside_core: i64,
    /// The time in each zone, in the order in which they were asked for.
    pub local: Vec<LocalSlot>,
    /// Which of the venues asked for are free, in the order in which they were asked for.
    pub venue_ids: Vec<VenueId>,
}

/// Free slots, the best first.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2031-03-03T14:00:00Z", "until": "2031-03-17T14:00:00Z", "slots": [{
        "starts_at": "2031-03-04T15:00:00Z", "ends_at": "2031-03-04T16:00:00Z", "outside_core": 1,
        "local": [
            {"starts_at": {"local": "2031-03-04T10:00:00", "time_zone": "America/New_York", "utc": "2031-03-04T15:00:00Z"},
             "ends_at": {"local": "2031-03-04T11:00:00", "time_zone": "America/New_York", "utc": "2031-03-04T16:00:00Z"}, "is_core": true},
            {"starts_at": {"local": "2031-03-04T16:00:00", "time_zone": "Europe/Brussels", "utc": "2031-03-04T15:00:00Z"},
             "ends_at": {"local": "2031-03-04T17:00:00", "time_zone": "Europe/Brussels", "utc": "2031-03-04T16:00:00Z"}, "is_core": false}
        ],
        "venue_ids": []
    }]
}))]
pub struct Availability {
    /// From when on was looked.
    pub from: Timestamp,
    /// Until when was looked.
    pub until: Timestamp,
    /// The slots, ranked: those in the core of the working day of most zones first, then those with most
    /// of the venues free, then the earliest. Empty when there is none.
    pub slots: Vec<FreeSlot>,
}
