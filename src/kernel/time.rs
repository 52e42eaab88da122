//! Instants and scheduled times.
//!
//! An instant is UTC. A scheduled time is what a person wrote on a calendar: a local time in an
//! IANA zone, with the instant it stands for. A local time that a clock change skips does not
//! exist and is refused; one that occurs twice needs its offset (RFC 3339 section 4.4, RFC 5545
//! section 3.3.5).

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, SecondsFormat, SubsecRound, TimeDelta,
    TimeZone, Utc,
};
use chrono_tz::{GapInfo, Tz};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::kernel::http::Faults;

/// How a local time is written: no offset, no zone.
const LOCAL_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

/// An instant: UTC, cut to microseconds, between the years 1 and 9999.
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
#[diesel(sql_type = sql_types::Timestamp)]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// The last whole second of the calendar.
    pub(crate) const LAST: Self = Self(match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(day) => match day.and_hms_opt(23, 59, 59) {
            Some(time) => time,
            None => NaiveDateTime::MAX,
        },
        None => NaiveDateTime::MAX,
    });

    /// The instant so many seconds after 1970-01-01T00:00:00Z; the last one beyond the calendar.
    pub(crate) fn from_seconds(seconds: i64) -> Self {
        DateTime::from_timestamp(seconds, 0).map_or(Self::LAST, Self::from)
    }

    /// A stored local time, for arithmetic on the clock on the wall.
    pub(crate) fn to_local(self) -> NaiveDateTime {
        self.0
    }

    /// The same instant, for arithmetic with zones.
    pub(crate) fn to_utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// A local time, as it is stored beside the instant.
    pub(crate) fn of_local(local: NaiveDateTime) -> Self {
        Self(local)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// The day in UTC, or, of a local time, the day on the clock on the wall.
    #[must_use]
    pub fn date(self) -> chrono::NaiveDate {
        self.0.date()
    }

    /// This instant and so many microseconds; stays where it is at the ends of the calendar.
    #[must_use]
    pub fn plus_microseconds(self, microseconds: i64) -> Self {
        self.0
            .checked_add_signed(TimeDelta::microseconds(microseconds))
            .map_or(self, Self)
    }

    /// This instant and so many seconds; stays where it is at the ends of the calendar.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_microseconds(seconds.saturating_mul(1_000_000))
    }

    /// Seconds from this instant until `later`; negative when it has passed.
    #[must_use]
    pub fn seconds_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_seconds()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.naive_utc().trunc_subsecs(6))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            &self
                .0
                .and_utc()
                .to_rfc3339_opts(SecondsFormat::AutoSi, true),
        )
    }
}

impl std::str::FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant = DateTime::parse_from_rfc3339(text)
            .map_err(|_| "must be an RFC 3339 instant such as 2026-03-10T17:30:00Z".to_owned())?
            .with_timezone(&Utc);
        if (1..=9999).contains(&instant.year()) {
            Ok(Self::from(instant))
        } else {
            Err("must lie between the years 1 and 9999".to_owned())
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl<B: Backend> ToSql<sql_types::Timestamp, B> for Timestamp
where
    NaiveDateTime: ToSql<sql_types::Timestamp, B>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
        <NaiveDateTime as ToSql<sql_types::Timestamp, B>>::to_sql(&self.0, out)
    }
}

impl<B: Backend> FromSql<sql_types::Timestamp, B> for Timestamp
where
    NaiveDateTime: FromSql<sql_types::Timestamp, B>,
{
    fn from_sql(bytes: B::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(NaiveDateTime::from_sql(bytes)?))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .description(Some("An instant in UTC (RFC 3339)."))
            .examples(["2026-03-10T17:30:00Z"])
            .into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
}

/// A scheduled time: what the calendar on the wall says, where that wall is, and the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZonedTime {
    local: NaiveDateTime,
    zone: Tz,
    utc: Timestamp,
}

impl ZonedTime {
    /// The scheduled time that shows `utc` on a clock in `zone`.
    #[must_use]
    pub fn at(utc: Timestamp, zone: Tz) -> Self {
        let local = zone.from_utc_datetime(&utc.0).naive_local();
        Self { local, zone, utc }
    }

    /// The scheduled time at which a clock in `zone` shows `local`: the first of two, and where the
    /// clock never shows it the first instant after the gap. For what must have a time; what a person
    /// writes on a calendar goes through [`ZonedTimeInput::resolve`].
    #[must_use]
    pub fn at_local(local: Timestamp, zone: Tz) -> Self {
        let utc = match zone.from_local_datetime(&local.0) {
            chrono::LocalResult::Single(one) | chrono::LocalResult::Ambiguous(one, _) => {
                one.with_timezone(&Utc)
            }
            chrono::LocalResult::None => GapInfo::new(&local.0, &zone)
                .and_then(|gap| gap.end)
                .map_or(local.0.and_utc(), |end| end.with_timezone(&Utc)),
        };
        Self::at(Timestamp::from(utc), zone)
    }

    /// The instant.
    #[must_use]
    pub const fn utc(&self) -> Timestamp {
        self.utc
    }

    /// The local time, as it is stored beside the instant.
    #[must_use]
    pub const fn local(&self) -> Timestamp {
        Timestamp(self.local)
    }

    /// The zone.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }
}

impl Serialize for ZonedTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            local: String,
            time_zone: &'a str,
            utc: Timestamp,
        }
        Wire {
            local: self.local.format(LOCAL_FORMAT).to_string(),
            time_zone: self.zone.name(),
            utc: self.utc,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ZonedTime {
    /// Reads back what was stored: the zone and the instant say it all.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            time_zone: String,
            utc: Timestamp,
        }
        let wire = Wire::deserialize(deserializer)?;
        let zone = wire
            .time_zone
            .parse::<Tz>()
            .map_err(serde::de::Error::custom)?;
        Ok(Self::at(wire.utc, zone))
    }
}

/// A scheduled time in an answer: the local time, its IANA time zone, and the instant.
#[derive(ToSchema)]
#[schema(as = ZonedTime, example = json!({"local": "2026-03-10T13:30:00", "time_zone": "America/New_York", "utc": "2026-03-10T17:30:00Z"}))]
#[expect(
    dead_code,
    reason = "describes the JSON form of ZonedTime in the document"
)]
pub struct ZonedTimeSchema {
    /// Local time, without offset.
    #[schema(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")]
    local: String,
    /// IANA time zone.
    time_zone: String,
    /// The instant, in UTC.
    utc: Timestamp,
}

/// A scheduled time as a client sends it: `local` and `time_zone`, with `offset` when that hour
/// occurs twice, or `utc` and `time_zone`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"local": "2026-03-10T13:30:00", "time_zone": "America/New_York"}))]
pub struct ZonedTimeInput {
    /// Local time, without offset. A time that a clock change skips is refused.
    #[schema(
        nullable = false,
        pattern = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
    )]
    pub local: Option<String>,
    /// IANA time zone, such as `America/New_York`.
    #[schema(min_length = 1, max_length = 64)]
    pub time_zone: String,
    /// UTC offset such as `-04:00`; needed only where the local time occurs twice.
    #[schema(nullable = false, pattern = r"^[+-]([01]\d|2[0-3]):[0-5]\d$")]
    pub offset: Option<String>,
    /// The instant, in place of `local`. Sent together with `local` it must be the same instant.
    #[schema(nullable = false)]
    pub utc: Option<Timestamp>,
}

impl ZonedTimeInput {
    /// The scheduled time at which a clock in `zone` shows `local`, in whole seconds, as somebody
    /// would send it.
    #[must_use]
    pub fn local(local: Timestamp, zone: Tz, offset: Option<String>) -> Self {
        Self {
            local: Some(local.0.format(LOCAL_FORMAT).to_string()),
            time_zone: zone.name().to_owned(),
            offset,
            utc: None,
        }
    }

    /// A scheduled time that is known, as somebody would send it.
    #[must_use]
    pub fn of(time: ZonedTime) -> Self {
        Self {
            local: None,
            time_zone: time.zone.name().to_owned(),
            offset: None,
            utc: Some(time.utc),
        }
    }

    /// The scheduled time that was meant, or `None` after noting at `pointer` what is wrong.
    pub fn resolve(&self, pointer: &str, faults: &mut Faults) -> Option<ZonedTime> {
        let zone = parse_zone(&self.time_zone, &format!("{pointer}/time_zone"), faults)?;
        let resolved = match (&self.local, self.utc) {
            (Some(local), _) => self.resolve_local(local, zone, pointer, faults)?,
            (None, Some(utc)) => ZonedTime::at(utc, zone),
            (None, None) => {
                faults.add(
                    pointer,
                    "time_missing",
                    "needs `local`, or `utc`, beside `time_zone`",
                );
                return None;
            }
        };
        let in_calendar = |instant: NaiveDateTime| (1..=9999).contains(&instant.year());
        if !in_calendar(resolved.local) || !in_calendar(resolved.utc.0) {
            faults.add(
                pointer,
                "time_invalid",
                "must lie between the years 1 and 9999, there and in UTC",
            );
            return None;
        }
        if self.utc.is_some_and(|utc| utc != resolved.utc) {
            faults.add(
                &format!("{pointer}/utc"),
                "time_contradiction",
                "is not the instant that `local` stands for in this time zone",
            );
            return None;
        }
        Some(resolved)
    }

    fn resolve_local(
        &self,
        local: &str,
        zone: Tz,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<ZonedTime> {
        let at = format!("{pointer}/local");
        let Some(local) = NaiveDateTime::parse_from_str(local, LOCAL_FORMAT)
            .ok()
            .filter(|local| (1..=9999).contains(&local.year()))
        else {
            faults.add(
                &at,
                "time_invalid",
                "is not a date and time of the calendar",
            );
            return None;
        };
        let candidates = match zone.from_local_datetime(&local) {
            chrono::LocalResult::None => {
                faults.add(
                    &at,
                    "time_does_not_exist",
                    &format!("does not exist in {zone}: a clock change skips it"),
                );
                return None;
            }
            chrono::LocalResult::Single(one) => vec![one],
            chrono::LocalResult::Ambiguous(first, second) => vec![first, second],
        };
        let written = |candidate: &DateTime<Tz>| candidate.offset().fix().to_string();
        let chosen = match (&self.offset, candidates.as_slice()) {
            (None, [one]) => Some(one),
            (None, _) => {
                let offsets: Vec<String> = candidates.iter().map(written).collect();
                faults.add(
                    &format!("{pointer}/offset"),
                    "offset_required",
                    &format!(
                        "is needed: this local time occurs twice in {zone}, at {}",
                        offsets.join(" and ")
                    ),
                );
                return None;
            }
            (Some(offset), _) => candidates.iter().find(|one| written(one) == *offset),
        };
        let Some(chosen) = chosen else {
            let offsets: Vec<String> = candidates.iter().map(written).collect();
            faults.add(
                &format!("{pointer}/offset"),
                "offset_wrong",
                &format!("must be {} at this time in {zone}", offsets.join(" or ")),
            );
            return None;
        };
        Some(ZonedTime {
            local,
            zone,
            utc: Timestamp::from(chosen.with_timezone(&Utc)),
        })
    }
}

/// The IANA time zone of this name, or `None` after noting at `pointer` that there is none.
pub fn parse_zone(name: &str, pointer: &str, faults: &mut Faults) -> Option<Tz> {
    let zone = name.parse::<Tz>().ok();
    if zone.is_none() {
        faults.add(
            pointer,
            "time_zone_unknown",
            "is not a time zone of the IANA database, such as America/New_York",
        );
    }
    zone
}

#[cfg(test)]
mod tests;
