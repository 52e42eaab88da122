//! The office's working calendar: which seconds count on a clock that runs in business hours.
//!
//! A [`BusinessCalendar`] knows the office's zone, its hours (with the day from which each set of
//! hours holds) and its holidays. It answers two questions: how much business time lies between two
//! instants, and at which instant a given amount of it is used up. A clock that was paused needs
//! nothing more: what was used is the sum of the stretches in which it ran, and the deadline is
//! [`BusinessCalendar::after`] the end of the pause by what is left.
//!
//! It counts whole seconds: an instant within a second counts as the beginning of that second.
//! Opening and closing are times on the office's wall. Where a clock change skips that time, the
//! first instant after the gap stands for it. Where it occurs twice, the office opens at the first
//! and closes at the second, so that both passes of the hour belong to the day.

mod federal;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::{GapInfo, Tz};
use serde::Deserialize;

use crate::kernel::day::Day;
use crate::kernel::time::Timestamp;

pub use self::federal::us_federal_holidays;

/// The last year of the calendar; nothing opens after it.
const LAST_YEAR: i32 = 9999;

/// The hours of the office from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeHours {
    /// The first day on which these hours hold; from the beginning of time when not set.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// When it opens, on the clock on its wall.
    pub opens: NaiveTime,
    /// When it closes, on the same day.
    pub closes: NaiveTime,
    /// The days of the week on which it works.
    pub days: Vec<Weekday>,
}

/// The days on which the office is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holidays {
    /// Those of the US federal government, on the days on which they are observed.
    UsFederal,
    /// These and no others.
    Listed(BTreeSet<NaiveDate>),
}

/// When the office works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    zone: Tz,
    hours: Vec<OfficeHours>,
    holidays: Holidays,
}

impl BusinessCalendar {
    /// The calendar of an office in `zone`. Before the first `from`, if it has one, the office is
    /// closed.
    ///
    /// # Errors
    ///
    /// Says which rule is broken: there are hours, each with a day of the week and an opening
    /// before the closing, both in whole seconds, and each but the first holds from a later day
    /// than the one before.
    pub fn new(zone: Tz, hours: Vec<OfficeHours>, holidays: Holidays) -> Result<Self, String> {
        if hours.is_empty() {
            return Err("the office has no hours".to_owned());
        }
        for entry in &hours {
            if entry.opens >= entry.closes {
                return Err(format!(
                    "the office opens at {} and must close later on the same day, not at {}",
                    entry.opens, entry.closes
                ));
            }
            if entry.opens.nanosecond() != 0 || entry.closes.nanosecond() != 0 {
                return Err("the office opens and closes on a whole second".to_owned());
            }
            if entry.days.is_empty() {
                return Err("the office works on one day of the week at least".to_owned());
            }
        }
        let rises = |(one, next): (&OfficeHours, &OfficeHours)| next.from > one.from;
        if !hours.iter().zip(hours.iter().skip(1)).all(rises) {
            return Err(
                "each entry of the office's hours must hold from a later day than the one before"
                    .to_owned(),
            );
        }
        Ok(Self {
            zone,
            hours,
            holidays,
        })
    }

    /// Seconds of business time from `from` until `until`; 0 when `until` is not later.
    #[must_use]
    pub fn seconds_between(&self, from: Timestamp, until: Timestamp) -> i64 {
        let until = until.seconds();
        let mut counted = 0;
        for (opens, closes) in self.open_times(from) {
            if opens >= until {
                break;
            }
            counted += closes.min(until) - opens;
        }
        counted
    }

    /// The first instant at which `business_seconds` of business time have passed since `from`: a
    /// span that is used up at closing time ends then, and not when the office opens again. It is
    /// `from` itself, open or not, when there are none to wait for, and the end of the year 9999
    /// when there are not so many.
    #[must_use]
    pub fn after(&self, from: Timestamp, business_seconds: i64) -> Timestamp {
        if business_seconds <= 0 {
            return from;
        }
        let mut left = business_seconds;
        for (opens, closes) in self.open_times(from) {
            if left <= closes - opens {
                return Timestamp::from_seconds(opens + left);
            }
            left -= closes - opens;
        }
        Timestamp::LAST
    }

    /// Whether the office is open; at the instant of closing it no longer is.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.open_times(at)
            .next()
            .is_some_and(|(opens, _)| opens == at.seconds())
    }

    /// The day in the office's zone.
    #[must_use]
    pub fn local_date(&self, at: Timestamp) -> NaiveDate {
        at.to_utc().with_timezone(&self.zone).date_naive()
    }

    /// The stretches in which the office is open, from `from` on, in seconds since 1970: in order,
    /// none empty, none touching what came before.
    fn open_times(&self, from: Timestamp) -> impl Iterator<Item = (i64, i64)> {
        let first = self.local_date(from);
        // A clock change can be so large that the stretch of one day reaches into the next.
        let first = first.pred_opt().unwrap_or(first);
        let mut reached = from.seconds();
        first
            .iter_days()
            .take_while(|day| day.year() <= LAST_YEAR)
            .filter_map(|day| self.hours_of(day))
            .filter_map(move |(opens, closes)| {
                let opens = opens.max(reached);
                reached = reached.max(closes);
                (opens < closes).then_some((opens, closes))
            })
    }

    /// When people in `zone` work on this day, who keep the office's hours on their own clock and its
    /// days off; `None` when they do not.
    #[must_use]
    pub fn hours_in(&self, zone: Tz, day: Day) -> Option<(Timestamp, Timestamp)> {
        let (opens, closes) = self.seconds_in(zone, day.to_date())?;
        Some((
            Timestamp::from_seconds(opens),
            Timestamp::from_seconds(closes),
        ))
    }

    /// The office's own zone.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// When the office opens and closes on this day, in seconds since 1970.
    fn hours_of(&self, day: NaiveDate) -> Option<(i64, i64)> {
        self.seconds_in(self.zone, day)
    }

    fn seconds_in(&self, zone: Tz, day: NaiveDate) -> Option<(i64, i64)> {
        let in_force = |entry: &&OfficeHours| entry.from.is_none_or(|from| from <= day);
        let hours = self.hours.iter().rev().find(in_force)?;
        let is_holiday = match &self.holidays {
            Holidays::UsFederal => federal::is_holiday(day),
            Holidays::Listed(days) => days.contains(&day),
        };
        if is_holiday || !hours.days.contains(&day.weekday()) {
            return None;
        }
        let (opens, _) = instants(zone, day, hours.opens)?;
        let (_, closes) = instants(zone, day, hours.closes)?;
        Some((opens.timestamp(), closes.timestamp()))
    }
}

/// The first and the last instant at which the clock on the wall shows this time; where it never does,
/// the first instant after the gap.
fn instants(zone: Tz, day: NaiveDate, time: NaiveTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let local = day.and_time(time);
    let (first, last) = match zone.from_local_datetime(&local) {
        LocalResult::Single(one) => (one, one),
        LocalResult::Ambiguous(first, last) => (first, last),
        LocalResult::None => {
            let after = GapInfo::new(&local, &zone)?.end?;
            (after, after)
        }
    };
    Some((first.to_utc(), last.to_utc()))
}
