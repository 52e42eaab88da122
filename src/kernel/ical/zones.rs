//! Times in their zones, and the `VTIMEZONE` that says what the clocks of a zone showed around
//! them, from the IANA data.
//!
//! Each change of a clock is written out as the data has it: there is no rule to guess, and none
//! to be wrong where a country decides anew every year.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

use crate::kernel::ical::text::{Lines, escaped};
use crate::kernel::ical::utc;
use crate::kernel::time::ZonedTime;

const DAY: i64 = 86_400;

/// How far back the change is looked for that began what holds at the start: a zone that changes
/// its clocks does so every year.
const LOOK_BACK_DAYS: i64 = 400;

/// Outside of these years the data has no changes.
const FIRST_YEAR: i32 = 1800;
const LAST_YEAR: i32 = 2200;

/// The zones of a calendar, each with the first and last instant that it is asked about, in
/// seconds since 1970.
#[derive(Default)]
pub(super) struct Zones(BTreeMap<&'static str, (Tz, i64, i64)>);

impl Zones {
    /// Notes a time that will be written by [`value`].
    pub(super) fn add(&mut self, time: ZonedTime) {
        if is_written_in_utc(time) {
            return;
        }
        let at = time.utc().seconds();
        let (_, first, last) = self
            .0
            .entry(time.zone().name())
            .or_insert((time.zone(), at, at));
        *first = at.min(*first);
        *last = at.max(*last);
    }

    /// Writes what the clocks showed, in the order of the zones' names, with a day of margin.
    pub(super) fn write(&self, lines: &mut Lines) {
        for (name, (zone, first, last)) in &self.0 {
            lines.put("BEGIN:VTIMEZONE");
            lines.put(&format!("TZID:{}", escaped(name)));
            for observance in observances(*zone, first - DAY, last + DAY) {
                observance.write(lines);
            }
            lines.put("END:VTIMEZONE");
        }
    }
}

/// A property's parameters and value for this time: on the clock of its zone, or in UTC where that
/// is the zone or where the clock shows the time twice and the local form would mean the first.
pub(super) fn value(time: ZonedTime) -> String {
    if is_written_in_utc(time) {
        return format!(":{}", utc(time.utc()));
    }
    format!(
        ";TZID={}:{}",
        time.zone().name(),
        time.local().to_utc().format("%Y%m%dT%H%M%S")
    )
}

fn is_written_in_utc(time: ZonedTime) -> bool {
    let zone = time.zone();
    zone == Tz::UTC
        || zone
            .from_local_datetime(&time.local().to_utc().naive_utc())
            .single()
            .is_none()
}

/// What a zone's clocks show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    offset: i32,
    is_daylight: bool,
}

/// A reading from its beginning on.
struct Observance {
    kind: &'static str,
    begins: NaiveDateTime,
    from: i32,
    to: i32,
    name: String,
}

impl Observance {
    fn write(&self, lines: &mut Lines) {
        lines.put(&format!("BEGIN:{}", self.kind));
        lines.put(&format!("DTSTART:{}", self.begins.format("%Y%m%dT%H%M%S")));
        lines.put(&format!("TZOFFSETFROM:{}", offset(self.from)));
        lines.put(&format!("TZOFFSETTO:{}", offset(self.to)));
        lines.put(&format!("TZNAME:{}", escaped(&self.name)));
        lines.put(&format!("END:{}", self.kind));
    }

    fn of(zone: Tz, at: i64, begins: NaiveDateTime, from: i32) -> Self {
        let reading = reading(zone, at);
        Self {
            kind: if reading.is_daylight {
                "DAYLIGHT"
            } else {
                "STANDARD"
            },
            begins,
            from,
            to: reading.offset,
            name: name(zone, at),
        }
    }
}

/// What holds at `first`, and every change after it until `last`.
fn observances(zone: Tz, first: i64, last: i64) -> Vec<Observance> {
    let earlier = changes(zone, first - LOOK_BACK_DAYS * DAY, first);
    let mut found = vec![match earlier.last() {
        Some(at) => beginning(zone, *at),
        None => Observance::of(zone, first, long_before(first), reading(zone, first).offset),
    }];
    found.extend(
        changes(zone, first, last)
            .into_iter()
            .map(|at| beginning(zone, at)),
    );
    found
}

/// What begins at this change: on the clock as it was before it.
fn beginning(zone: Tz, at: i64) -> Observance {
    let before = reading(zone, at - 1).offset;
    Observance::of(zone, at, naive(at + i64::from(before)), before)
}

/// A beginning for what has held for longer than was looked.
fn long_before(first: i64) -> NaiveDateTime {
    let epoch = naive(0);
    let start = naive(first);
    let of_its_year = NaiveDate::from_ymd_opt(chrono::Datelike::year(&start), 1, 1)
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .unwrap_or(start);
    // The first of January may be later than the start by the zone's offset.
    let of_its_year = of_its_year
        .checked_sub_signed(TimeDelta::days(2))
        .unwrap_or(of_its_year);
    epoch.min(of_its_year)
}

/// The instants after `first`, until `last`, at which the clocks change.
fn changes(zone: Tz, first: i64, last: i64) -> Vec<i64> {
    let year = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .and_then(|day| day.and_hms_opt(0, 0, 0))
            .map_or(0, |start| start.and_utc().timestamp())
    };
    let first = first.max(year(FIRST_YEAR));
    let last = last.min(year(LAST_YEAR));
    let mut found = Vec::new();
    let mut from = first;
    while from < last {
        let to = (from + DAY).min(last);
        if reading(zone, from) != reading(zone, to) {
            found.push(first_of_the_new(zone, from, to));
        }
        from = to;
    }
    found
}

/// Halves until the second is found at which the reading is no longer the one at `from`.
fn first_of_the_new(zone: Tz, from: i64, to: i64) -> i64 {
    let before = reading(zone, from);
    let (mut old, mut new) = (from, to);
    while new - old > 1 {
        let middle = old + (new - old) / 2;
        if reading(zone, middle) == before {
            old = middle;
        } else {
            new = middle;
        }
    }
    new
}

fn reading(zone: Tz, at: i64) -> Reading {
    let offset = zone.offset_from_utc_datetime(&naive(at));
    Reading {
        offset: offset.fix().local_minus_utc(),
        is_daylight: offset.dst_offset() > TimeDelta::zero(),
    }
}

/// What the reading is called. Where nobody has a name for it, the data has its offset: `+0545`.
fn name(zone: Tz, at: i64) -> String {
    let shown = zone.offset_from_utc_datetime(&naive(at));
    shown.abbreviation().map_or_else(
        || {
            let numeric = offset(shown.fix().local_minus_utc());
            numeric
                .strip_suffix("00")
                .map_or(numeric.clone(), str::to_owned)
        },
        str::to_owned,
    )
}

fn naive(at: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp(at, 0)
        .unwrap_or_default()
        .naive_utc()
}

/// `-0500`, and `+00:17:30` of older times as `+001730`.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}
