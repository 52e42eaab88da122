//! When the occurrences of a series are: each at the same time on the clock on the wall, and then the
//! instant that this stands for on its day.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::briefings::rules::before_start;
use crate::briefings::series::rule::Rule;
use crate::kernel::day::Day;
use crate::kernel::http::Faults;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput};

/// A rule with its first occurrence.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// How it recurs.
    pub rule: Rule,
    /// The zone of the clock.
    pub zone: Tz,
    /// The start of the first occurrence, on the clock on the wall.
    pub starts_local: Timestamp,
    /// The end of the first occurrence, on the clock on the wall.
    pub ends_local: Timestamp,
    /// The offsets that were given for dates on which a local time occurs twice.
    pub offsets: BTreeMap<Day, String>,
}

/// One date of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When the rule has it, on the clock on the wall.
    pub planned: Timestamp,
    /// When it starts.
    pub starts_at: ZonedTime,
    /// When it ends.
    pub ends_at: ZonedTime,
}

impl Slot {
    /// The day on which it starts.
    #[must_use]
    pub fn day(&self) -> Day {
        Day::of_local(self.planned)
    }

    /// So many minutes before the start, on the clock on the wall, so that "at 17:00 on the day before"
    /// stays what it is. Where the clock skips that time, the first instant after the gap.
    #[must_use]
    pub fn before(&self, minutes: i64) -> ZonedTime {
        minutes_before(&self.starts_at, minutes)
    }
}

/// See [`Slot::before`]; never after the start.
#[must_use]
pub fn minutes_before(starts_at: &ZonedTime, minutes: i64) -> ZonedTime {
    before_start(starts_at, 60 * minutes)
}

impl Pattern {
    /// The dates that the rule has but for those in `except`, and the local times of those. What is
    /// wrong is noted, with each date on which it is: a time that does not exist there, or occurs
    /// twice and has no offset.
    pub fn draw(&self, except: &BTreeSet<Day>, faults: &mut Faults) -> Drawing {
        let mut drawing = Drawing::default();
        let dates = match self.rule.dates(self.starts_local, self.zone) {
            Ok(dates) => dates,
            Err((code, detail)) => {
                faults.add("/recurrence", code, &detail);
                return drawing;
            }
        };
        let days: BTreeSet<Day> = dates.iter().map(|date| Day::of_local(*date)).collect();
        for (pointer, unknown) in [
            ("/except", except.difference(&days).next()),
            (
                "/offsets",
                self.offsets.keys().find(|day| !days.contains(day)),
            ),
        ] {
            if let Some(day) = unknown {
                let detail = format!("names {day}, on which the rule has no occurrence");
                faults.add(pointer, "no_occurrence", &detail);
            }
        }
        for planned in dates {
            drawing.planned.push(planned);
            let day = Day::of_local(planned);
            if except.contains(&day) {
                drawing.excepted.push(planned);
                continue;
            }
            match self.slot(planned, faults) {
                Some(slot) => drawing.slots.push(slot),
                None => drawing.impossible.push(day),
            }
        }
        let mut pairs = drawing.slots.iter().zip(drawing.slots.iter().skip(1));
        if let Some((one, _)) = pairs.find(|(one, next)| next.starts_at.utc() < one.ends_at.utc()) {
            let detail = format!("has the next occurrence before that of {} ends", one.day());
            faults.add("/recurrence", "occurrences_overlap", &detail);
        }
        if drawing.slots.is_empty() && drawing.impossible.is_empty() {
            faults.add("/except", "no_occurrence", "leaves no occurrence");
        }
        drawing
    }

    /// One date of the rule, or `None` after noting why it has no time.
    pub fn slot(&self, planned: Timestamp, faults: &mut Faults) -> Option<Slot> {
        let length = self.starts_local.seconds_until(self.ends_local);
        let starts_at = self.resolve(planned, planned, faults);
        let ends_at = self.resolve(planned, planned.plus_seconds(length), faults);
        let slot = Slot {
            planned,
            starts_at: starts_at?,
            ends_at: ends_at?,
        };
        if let Some(offset) = self.offsets.get(&slot.day())
            && let Some(detail) = self.never_at(offset, &[planned, planned.plus_seconds(length)])
        {
            let detail = format!("on {} {detail}", slot.day());
            faults.add("/offsets", "offset_wrong", &detail);
            return None;
        }
        if slot.ends_at.utc() <= slot.starts_at.utc() {
            let detail = format!(
                "has no end after the start on {}, when the clocks change",
                slot.day()
            );
            faults.add("/recurrence", "ends_before_start", &detail);
            return None;
        }
        Some(slot)
    }

    /// What is wrong with an offset that none of these times has. One that occurs twice has either, and
    /// the offset of a date may be meant for the end alone.
    fn never_at(&self, offset: &str, times: &[Timestamp]) -> Option<String> {
        let mut first = None;
        for local in times {
            let mut wrong = Faults::default();
            let given = ZonedTimeInput::local(*local, self.zone, Some(offset.to_owned()));
            if given.resolve("", &mut wrong).is_some() {
                return None;
            }
            let detail = wrong
                .into_vec()
                .into_iter()
                .next()
                .map(|fault| fault.detail);
            first = first.or(detail);
        }
        first
    }

    fn resolve(
        &self,
        planned: Timestamp,
        local: Timestamp,
        faults: &mut Faults,
    ) -> Option<ZonedTime> {
        let zone = self.zone;
        let day = Day::of_local(planned);
        let offset = self.offsets.get(&day);
        let mut wrong = Faults::default();
        let plain = ZonedTimeInput::local(local, zone, None).resolve("", &mut wrong);
        if plain.is_some() {
            return plain;
        }
        let is_twice = wrong.codes() == ["offset_required"];
        if let (true, Some(offset)) = (is_twice, offset) {
            wrong = Faults::default();
            let chosen =
                ZonedTimeInput::local(local, zone, Some(offset.clone())).resolve("", &mut wrong);
            if chosen.is_some() {
                return chosen;
            }
        }
        let pointer = if is_twice { "/offsets" } else { "/recurrence" };
        let at = local.to_local().format("%H:%M");
        for fault in wrong.into_vec() {
            let detail = match fault.code.as_str() {
                "time_does_not_exist" => format!(
                    "has {at} on {day}, which does not exist in {zone}: a clock change skips it; except that date, or choose another time"
                ),
                "offset_required" => format!(
                    "must have the offset of {day}, on which {at} occurs twice in {zone}; or except that date"
                ),
                _ => format!("on {day} {}", fault.detail),
            };
            faults.add(pointer, &fault.code, &detail);
        }
        None
    }
}

/// What a pattern has.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Every date of the rule, on the clock on the wall.
    pub planned: Vec<Timestamp>,
    /// Those that are excepted.
    pub excepted: Vec<Timestamp>,
    /// The others, with their instants.
    pub slots: Vec<Slot>,
    /// Dates on which the time does not exist, or occurs twice.
    pub impossible: Vec<Day>,
}

impl Drawing {
    /// The instant of the first date of the rule; where it is excepted, the one nearest to its time.
    #[must_use]
    pub fn first(&self, pattern: &Pattern) -> Timestamp {
        let first = self
            .slots
            .first()
            .filter(|slot| slot.planned == pattern.starts_local);
        first.map_or_else(
            || ZonedTime::at_local(pattern.starts_local, pattern.zone).utc(),
            |slot| slot.starts_at.utc(),
        )
    }
}
