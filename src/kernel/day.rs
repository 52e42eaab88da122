//! Days of the calendar: a placement begins on a day, not at an instant. Which instant that is
//! depends on where the day is lived.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::kernel::time::Timestamp;

/// A day of the calendar between the years 1 and 9999.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = sql_types::Date)]
pub struct Day(NaiveDate);

impl Day {
    /// The day on which `instant` falls in `zone`.
    #[must_use]
    pub fn of(instant: Timestamp, zone: Tz) -> Self {
        Self(instant.to_utc().with_timezone(&zone).date_naive())
    }

    /// The day of a local time.
    #[must_use]
    pub fn of_local(local: Timestamp) -> Self {
        Self(local.date())
    }

    /// The same day, for arithmetic.
    pub(crate) const fn to_date(self) -> NaiveDate {
        self.0
    }

    /// Its midnight on the clock on the wall, which there may be or not.
    #[must_use]
    pub fn starts_local(self) -> Timestamp {
        Timestamp::of_local(self.0.and_time(NaiveTime::MIN))
    }

    /// The day so many months later. Where that month has no such day it is the month's last: a
    /// year from 29 February is 28 February (docs/domain.md, scenario 8). `None` beyond the
    /// calendar.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Option<Self> {
        self.0
            .checked_add_months(Months::new(months))
            .filter(|day| day.year() <= 9999)
            .map(Self)
    }

    /// The day so many days later; `None` beyond the calendar.
    #[must_use]
    pub fn plus_days(self, days: u64) -> Option<Self> {
        self.0
            .checked_add_days(Days::new(days))
            .filter(|day| day.year() <= 9999)
            .map(Self)
    }

    /// How many days from this one until `later`; negative when it has passed.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_days()
    }

    /// The instant at which the day begins in `zone`: midnight, or the first instant after it where
    /// the clocks skip midnight, or the first of the two where they go back over it. `None` where
    /// the zone skips the whole day, as Samoa did on 2011-12-30.
    #[must_use]
    pub fn begins_at(self, zone: Tz) -> Option<Timestamp> {
        let midnight = self.0.and_time(NaiveTime::MIN);
        // No zone skips more than an hour or two, but for those that skip a day.
        (0..24 * 4)
            .filter_map(|quarter| {
                let local = midnight.checked_add_signed(TimeDelta::minutes(15 * quarter))?;
                zone.from_local_datetime(&local).earliest()
            })
            .next()
            .map(|instant| Timestamp::from(instant.with_timezone(&chrono::Utc)))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_formed = text.len() == 10;
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|day| is_formed && (1..=9999).contains(&day.year()))
            .map(Self)
            .ok_or_else(|| "must be a day of the calendar such as 2026-09-01".to_owned())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl<B: Backend> ToSql<sql_types::Date, B> for Day
where
    NaiveDate: ToSql<sql_types::Date, B>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
        <NaiveDate as ToSql<sql_types::Date, B>>::to_sql(&self.0, out)
    }
}

impl<B: Backend> FromSql<sql_types::Date, B> for Day
where
    NaiveDate: FromSql<sql_types::Date, B>,
{
    fn from_sql(bytes: B::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(NaiveDate::from_sql(bytes)?))
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Date,
            )))
            .description(Some("A day of the calendar."))
            .examples(["2026-09-01"])
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_from_the_29th_of_february_is_the_28th() {
        assert_eq!(day("2028-02-29").plus_months(12), Some(day("2029-02-28")));
        assert_eq!(day("2026-09-01").plus_months(12), Some(day("2027-09-01")));
        assert_eq!(day("9999-06-01").plus_months(12), None);
    }

    #[test]
    fn a_day_begins_at_midnight_where_it_is_lived() {
        let begins = |text: &str, zone: &str| {
            day(text)
                .begins_at(zone.parse().unwrap())
                .map(|instant| instant.to_string())
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(
            begins("2027-09-01", "America/Phoenix"),
            is("2027-09-01T07:00:00Z")
        );
        // The clocks went from 00:00 to 01:00.
        assert_eq!(
            begins("2025-03-09", "America/Havana"),
            is("2025-03-09T05:00:00Z")
        );
        // They went from 01:00 back to 00:00: the day begins with the first midnight.
        assert_eq!(
            begins("2025-11-02", "America/Havana"),
            is("2025-11-02T04:00:00Z")
        );
        assert_eq!(begins("2011-12-30", "Pacific/Apia"), None);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2026-02-30",
            "2026-9-1",
            "10000-01-01",
            "0000-01-01",
            "",
            "2026-09-01T00:00:00Z",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
