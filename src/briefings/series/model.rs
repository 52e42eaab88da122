//! Rows of series.

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::briefings::model::BriefingFormat;
use crate::briefings::series::lifecycle::SeriesStatus;
use crate::briefings::wire::Audience;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::Problem;
use crate::kernel::id::{BrieferId, BriefingId, BriefingSeriesId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::{briefing_occurrences, briefing_series};

/// A series of briefings.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = briefing_series, treat_none_as_null = true)]
pub struct Series {
    /// Its id.
    pub id: BriefingSeriesId,
    /// What its next occurrences are called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where it stands.
    pub status: SeriesStatus,
    /// How it recurs, from the first occurrence below.
    pub recurrence: String,
    /// IANA time zone of its times.
    pub time_zone: String,
    /// The start of the first occurrence, on the clock on the wall.
    pub starts_local: Timestamp,
    /// The start of the first occurrence.
    pub starts_at: Timestamp,
    /// The end of the first occurrence, on the clock on the wall.
    pub ends_local: Timestamp,
    /// What an occurrence is made from, as JSON ([`Plan`]).
    pub plan: String,
    /// The series that it goes on from.
    pub split_from_id: Option<BriefingSeriesId>,
    /// Why it was ended.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Series {
    /// Its time zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// The start of its first occurrence.
    #[must_use]
    pub fn first(&self) -> ZonedTime {
        ZonedTime::at(self.starts_at, self.zone())
    }

    /// What an occurrence is made from.
    ///
    /// # Errors
    ///
    /// 500 when what is stored cannot be read.
    pub fn plan(&self) -> Result<Plan, Problem> {
        serde_json::from_str(&self.plan).map_err(Problem::internal)
    }

    /// Sets what an occurrence is made from, and what lists ask for of it.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be written as JSON.
    pub fn set_plan(&mut self, plan: &Plan) -> Result<(), Problem> {
        self.plan = serde_json::to_string(plan).map_err(Problem::internal)?;
        self.title.clone_from(&plan.title);
        self.title_folded = crate::kernel::text::fold(&plan.title);
        self.marking = plan.marking;
        Ok(())
    }
}

impl Aggregate for Series {
    const TABLE: &'static str = "briefing_series";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        briefing_series::table
            .filter(briefing_series::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// What an occurrence is made from, but for its times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// What it is about, for its audience.
    pub summary: Option<String>,
    /// Notes of the office.
    pub internal_notes: Option<String>,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where people meet.
    pub format: BriefingFormat,
    /// Minutes before the start at which registration closes, on the clock on the wall.
    pub rsvp_lead_minutes: Option<i64>,
    /// Minutes before the start at which the list of attendees goes to the venue.
    pub access_lead_minutes: Option<i64>,
    /// Hours before the start at which people are reminded; the office's own when there are none.
    #[serde(default)]
    pub reminder_hours: Option<Vec<i64>>,
    /// The room.
    pub venue_id: Option<VenueId>,
    /// Where it is online.
    pub meeting_url: Option<String>,
    /// Seats.
    pub capacity: i64,
    /// Who it is for.
    pub audience: Audience,
    /// The jurisdiction it is for or with.
    pub organization_id: Option<OrganizationId>,
    /// Who briefs.
    pub briefer_ids: Vec<BrieferId>,
}

/// Which briefing stands for which date of a series.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = briefing_occurrences)]
pub struct Occurrence {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The series.
    pub series_id: BriefingSeriesId,
    /// When the rule has it, on the clock on the wall.
    pub planned_local: Timestamp,
    /// False for one that was called off when its date was excepted.
    pub is_current: bool,
    /// Members that were changed of it alone, with commas between them.
    pub changed: String,
}
