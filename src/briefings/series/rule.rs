//! Recurrence rules (RFC 5545, section 3.3.10), as far as briefings recur: by days, weeks, months and
//! years, with an end. They are expanded on the clock on the wall; which instants those times stand
//! for is decided afterwards ([`crate::briefings::series::pattern`]).

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::kernel::time::Timestamp;

/// Occurrences that a series has, at most.
pub const MOST: usize = 200;

/// Days from the first occurrence to the last, at most: ten years.
const HORIZON_DAYS: i64 = 3653;

/// The longest rule, in characters.
pub const LONGEST: usize = 300;

const FREQUENCIES: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const PARTS: [&str; 8] = [
    "INTERVAL",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];
const TIMES_OF_DAY: [&str; 3] = ["BYHOUR", "BYMINUTE", "BYSECOND"];

/// Why a rule cannot be used: a code for programs and a sentence for people.
pub type Refusal = (&'static str, String);

/// Where a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After so many occurrences; those that are excepted count.
    Count(usize),
    /// At this time on the clock on the wall, which may still have an occurrence.
    Local(NaiveDateTime),
    /// At this instant, which may still have an occurrence.
    Utc(NaiveDateTime),
}

/// A recurrence rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Everything but its end.
    parts: String,
    end: End,
}

impl Rule {
    /// Reads a rule such as `FREQ=WEEKLY;BYDAY=TU;COUNT=10`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid = |detail: String| ("recurrence_invalid", detail);
        if text.len() > LONGEST {
            return Err(invalid(format!("has more than {LONGEST} characters")));
        }
        let (mut names, mut parts, mut end) = (Vec::new(), Vec::new(), None);
        for part in text.split(';') {
            let Some((name, value)) = part.split_once('=') else {
                return Err(invalid(format!("has `{part}`, which is no NAME=VALUE")));
            };
            if names.contains(&name) {
                return Err(invalid(format!("has {name} twice")));
            }
            names.push(name);
            if TIMES_OF_DAY.contains(&name) {
                return Err(invalid(format!(
                    "has {name}: the time of day is that of the first occurrence"
                )));
            }
            match name {
                "COUNT" | "UNTIL" if end.is_some() => {
                    return Err(invalid("has COUNT and UNTIL; one of them ends it".into()));
                }
                "COUNT" => end = Some(End::Count(count(value)?)),
                "UNTIL" => end = Some(until(value)?),
                "FREQ" if !FREQUENCIES.contains(&value) => {
                    return Err(invalid(format!(
                        "must recur {}",
                        FREQUENCIES.join(", ").to_lowercase()
                    )));
                }
                "FREQ" => parts.push(part),
                "INTERVAL" if !value.parse().is_ok_and(|n| (1..=1000).contains(&n)) => {
                    return Err(invalid("must have an INTERVAL from 1 to 1000".into()));
                }
                name if PARTS.contains(&name) => parts.push(part),
                _ => return Err(invalid(format!("has {name}, which is not known"))),
            }
        }
        if !names.contains(&"FREQ") {
            return Err(invalid("has no FREQ".into()));
        }
        check_together(text).map_err(invalid)?;
        let Some(end) = end else {
            return Err((
                "recurrence_endless",
                format!("must end: with COUNT, up to {MOST}, or with UNTIL"),
            ));
        };
        let rule = Self {
            parts: parts.join(";"),
            end,
        };
        rule.read()?;
        Ok(rule)
    }

    fn read(&self) -> Result<RRule<Unvalidated>, Refusal> {
        self.parts.parse().map_err(|_| {
            (
                "recurrence_invalid",
                "is not a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10"
                    .to_owned(),
            )
        })
    }

    /// The same rule with so many occurrences, where it is counted at all.
    #[must_use]
    pub fn counting(&self, count: usize) -> Self {
        let end = match self.end {
            End::Count(_) => End::Count(count),
            end => end,
        };
        Self {
            parts: self.parts.clone(),
            end,
        }
    }

    /// The same rule with this instant as its end.
    #[must_use]
    pub fn until(&self, instant: Timestamp) -> Self {
        Self {
            parts: self.parts.clone(),
            end: End::Utc(instant.to_utc().naive_utc()),
        }
    }

    /// The local times of its occurrences, the first of which is `first`, in a zone.
    ///
    /// # Errors
    ///
    /// Says why there are none, too many, or others than were meant.
    pub fn dates(&self, first: Timestamp, zone: Tz) -> Result<Vec<Timestamp>, Refusal> {
        let start = first.to_local();
        // The wall's times are told as UTC, where every time exists once.
        let begin = rrule::Tz::UTC.from_utc_datetime(&start);
        let rule = self.read()?.validate(begin).map_err(|_| {
            (
                "recurrence_invalid",
                "has parts that RFC 5545 does not allow together, or a number out of range"
                    .to_owned(),
            )
        })?;
        let last = match self.end {
            End::Count(_) => None,
            End::Local(last) => Some(last),
            End::Utc(instant) => Some(zone.from_utc_datetime(&instant).naive_local()),
        };
        let most = match self.end {
            End::Count(count) => count,
            End::Local(_) | End::Utc(_) => MOST + 1,
        };
        let horizon = start.checked_add_signed(TimeDelta::days(HORIZON_DAYS));
        let dates: Vec<NaiveDateTime> = RRuleSet::new(begin)
            .rrule(rule)
            .limit()
            .into_iter()
            .map(|date| date.naive_utc())
            .take_while(|date| last.is_none_or(|last| *date <= last))
            .take(most)
            // One beyond the horizon is enough to refuse, and the rule may have no other.
            .scan(false, |is_beyond, date| {
                (!std::mem::replace(is_beyond, horizon.is_none_or(|end| date > end)))
                    .then_some(date)
            })
            .collect();
        let Some(earliest) = dates.first() else {
            return Err((
                "no_occurrence",
                "has no date from the first occurrence until its end".to_owned(),
            ));
        };
        if *earliest != start {
            return Err((
                "first_not_in_rule",
                format!(
                    "does not fall on the first occurrence; the first date that it has is {}",
                    earliest.date()
                ),
            ));
        }
        if dates.len() > MOST {
            return Err((
                "too_many_occurrences",
                format!("has more than {MOST} occurrences"),
            ));
        }
        let is_far = dates
            .last()
            .is_some_and(|date| horizon.is_none_or(|end| *date > end));
        if is_far {
            return Err((
                "too_far",
                "must end within ten years of its first occurrence".to_owned(),
            ));
        }
        Ok(dates.into_iter().map(Timestamp::of_local).collect())
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{};", self.parts)?;
        match self.end {
            End::Count(count) => write!(f, "COUNT={count}"),
            End::Local(last) => write!(f, "UNTIL={}", last.format("%Y%m%dT%H%M%S")),
            End::Utc(instant) => write!(f, "UNTIL={}", instant.format("%Y%m%dT%H%M%SZ")),
        }
    }
}

/// What RFC 5545, section 3.3.10, does not allow together and the crate takes all the same.
fn check_together(text: &str) -> Result<(), String> {
    let parts: Vec<(&str, &str)> = text
        .split(';')
        .filter_map(|part| part.split_once('='))
        .collect();
    let value = |wanted: &str| {
        let found = parts.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| *value)
    };
    let is_counted =
        value("BYDAY").is_some_and(|days| days.contains(|sign: char| sign.is_ascii_digit()));
    if is_counted && !matches!(value("FREQ"), Some("MONTHLY" | "YEARLY")) {
        return Err("has a number in BYDAY, which is for MONTHLY and YEARLY alone".to_owned());
    }
    let has_others = parts
        .iter()
        .any(|(name, _)| name.starts_with("BY") && *name != "BYSETPOS");
    if value("BYSETPOS").is_some() && !has_others {
        return Err("has BYSETPOS without another part that it chooses from".to_owned());
    }
    Ok(())
}

fn count(value: &str) -> Result<usize, Refusal> {
    let count: usize = Some(value)
        .filter(|value| value.bytes().all(|digit| digit.is_ascii_digit()))
        .unwrap_or_default()
        .parse()
        .map_err(|_| ("recurrence_invalid", "has a COUNT that is none".to_owned()))?;
    match count {
        0 => Err((
            "no_occurrence",
            "must have a COUNT of 1 at least".to_owned(),
        )),
        1..=MOST => Ok(count),
        _ => Err((
            "too_many_occurrences",
            format!("has more than {MOST} occurrences"),
        )),
    }
}

/// A day counts as a whole, whatever the time of day of the occurrences.
fn until(value: &str) -> Result<End, Refusal> {
    let day = |text: &str| {
        NaiveDate::parse_from_str(text, "%Y%m%d")
            .ok()
            .and_then(|day| day.and_hms_opt(23, 59, 59))
    };
    let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    let end = match (value.len(), value.strip_suffix('Z')) {
        (8, None) => day(value).map(End::Local),
        (15, None) => time(value).map(End::Local),
        (16, Some(instant)) => time(instant).map(End::Utc),
        _ => None,
    };
    end.ok_or_else(|| {
        (
            "recurrence_invalid",
            "has an UNTIL that is none, such as 20261231 or 20261231T235959Z".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, Weekday};
    use proptest::prelude::*;

    use super::*;

    fn dates(rule: &str, first: &str) -> Result<Vec<String>, &'static str> {
        let first = NaiveDateTime::parse_from_str(first, "%Y-%m-%dT%H:%M:%S").unwrap();
        Rule::parse(rule)
            .and_then(|rule| rule.dates(Timestamp::of_local(first), Tz::America__New_York))
            .map(|dates| dates.iter().map(|date| date.date().to_string()).collect())
            .map_err(|(code, _)| code)
    }

    #[test]
    fn rules_of_the_office_have_the_dates_that_they_say() {
        for (rule, first, expected) in [
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
                "2026-01-30T10:00:00",
                ["2026-01-30", "2026-02-27", "2026-03-31"],
            ),
            (
                "FREQ=MONTHLY;BYDAY=2TU;COUNT=3",
                "2026-03-10T10:00:00",
                ["2026-03-10", "2026-04-14", "2026-05-12"],
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3",
                "2026-01-31T10:00:00",
                ["2026-01-31", "2026-03-31", "2026-05-31"],
            ),
            (
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3",
                "2028-02-29T10:00:00",
                ["2028-02-29", "2032-02-29", "2036-02-29"],
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260331",
                "2026-03-03T10:00:00",
                ["2026-03-03", "2026-03-17", "2026-03-31"],
            ),
            (
                // 10:00 on the 17th is 14:00Z: the end is that instant and still counts.
                "FREQ=WEEKLY;UNTIL=20260317T140000Z",
                "2026-03-03T10:00:00",
                ["2026-03-03", "2026-03-10", "2026-03-17"],
            ),
        ] {
            assert_eq!(dates(rule, first).unwrap(), expected, "{rule}");
        }
        let two = dates("FREQ=WEEKLY;UNTIL=20260317T135959Z", "2026-03-03T10:00:00").unwrap();
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        for rule in [
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
            "FREQ=DAILY;UNTIL=20260317T140000Z",
            "FREQ=DAILY;UNTIL=20260317T235959",
        ] {
            assert_eq!(Rule::parse(rule).unwrap().to_string(), rule);
        }
        let shorter = Rule::parse("FREQ=DAILY;COUNT=9").unwrap().counting(4);
        assert_eq!(shorter.to_string(), "FREQ=DAILY;COUNT=4");
    }

    #[test]
    fn the_work_that_a_hostile_rule_makes_is_bounded() {
        let many =
            |from: i32, to: i32| Vec::from_iter((from..=to).map(|n| n.to_string())).join(",");
        for rule in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=200".to_owned(),
            "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=200".to_owned(),
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=200".to_owned(),
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=200".to_owned(),
            "FREQ=YEARLY;BYWEEKNO=20;BYYEARDAY=1;COUNT=200".to_owned(),
            "FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=30;COUNT=200".to_owned(),
            format!(
                "FREQ=YEARLY;BYYEARDAY={};BYMONTHDAY=30;BYMONTH=2;COUNT=200",
                many(1, 60)
            ),
            format!(
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYSETPOS={};COUNT=200",
                many(1, 60)
            ),
            format!(
                "FREQ=MONTHLY;BYMONTHDAY={};BYSETPOS={};COUNT=200",
                many(1, 31),
                many(1, 31)
            ),
        ] {
            let begun = std::time::Instant::now();
            drop(dates(&rule, "2026-03-03T10:00:00"));
            let taken = begun.elapsed();
            assert!(taken.as_millis() < 3000, "{rule}: {taken:?}");
            for first in [
                "9999-12-31T23:59:59",
                "9990-01-01T00:00:00",
                "0001-01-01T00:00:00",
            ] {
                drop(dates(&rule, first));
            }
        }
    }

    /// The dates by walking from day to day, without the crate.
    fn walked(
        first: NaiveDate,
        frequency: usize,
        interval: i64,
        weekdays: &[Weekday],
        days: &[i64],
        count: usize,
    ) -> Vec<String> {
        let monday = |day: NaiveDate| day - Days::new(day.weekday().num_days_from_monday().into());
        let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let last_of = |day: NaiveDate| {
            (28..=31)
                .rev()
                .find(|n| NaiveDate::from_ymd_opt(day.year(), day.month(), *n).is_some())
                .unwrap()
        };
        let has_day = |day: NaiveDate| {
            days.iter().any(|wanted| {
                let wanted = if *wanted < 0 {
                    i64::from(last_of(day)) + 1 + wanted
                } else {
                    *wanted
                };
                wanted == i64::from(day.day())
            })
        };
        let has_weekday = |day: NaiveDate| weekdays.is_empty() || weekdays.contains(&day.weekday());
        first
            .iter_days()
            .take(4000)
            .filter(|day| match frequency {
                0 => (*day - first).num_days() % interval == 0 && has_weekday(*day),
                1 => {
                    (monday(*day) - monday(first)).num_days() / 7 % interval == 0
                        && (weekdays.contains(&day.weekday())
                            || weekdays.is_empty() && day.weekday() == first.weekday())
                }
                _ => {
                    (months(*day) - months(first)) % interval == 0
                        && has_weekday(*day)
                        && (has_day(*day)
                            || days.is_empty()
                                && (!weekdays.is_empty() || day.day() == first.day()))
                }
            })
            .take(count)
            .map(|day| day.to_string())
            .collect()
    }

    proptest! {
        #[test]
        fn expansion_is_what_walking_from_day_to_day_finds(
            start in 0_u64..20_000,
            frequency in 0_usize..3,
            interval in 1_i64..5,
            weekdays in prop::collection::btree_set(0_u8..7, 0..4),
            days in prop::collection::btree_set(prop_oneof![1_i64..29, -5_i64..0], 0..4),
            count in 1_usize..30,
        ) {
            let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
            let day = |n: u8| Weekday::try_from(n).unwrap();
            let weekdays: Vec<Weekday> = weekdays.into_iter().map(day).collect();
            let days: Vec<i64> = if frequency == 2 { days.into_iter().collect() } else { Vec::new() };
            let origin = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + Days::new(start);
            // The first date is one that the rule has, in an interval that begins with it.
            let first = walked(origin, frequency, 1, &weekdays, &days, 1);
            prop_assume!(!first.is_empty());
            let first: NaiveDate = first[0].parse().unwrap();
            let expected = walked(first, frequency, interval, &weekdays, &days, count);
            prop_assume!(expected.len() == count);
            let mut rule = format!("FREQ={};INTERVAL={interval}", ["DAILY", "WEEKLY", "MONTHLY"][frequency]);
            if !weekdays.is_empty() {
                let list: Vec<&str> = weekdays.iter().map(|day| names[day.num_days_from_monday() as usize]).collect();
                rule += &format!(";BYDAY={}", list.join(","));
            }
            if !days.is_empty() {
                let list: Vec<String> = days.iter().map(ToString::to_string).collect();
                rule += &format!(";BYMONTHDAY={}", list.join(","));
            }
            rule += &format!(";COUNT={count}");
            let found = dates(&rule, &format!("{first}T10:00:00"));
            let is_far = expected.last().is_some_and(|last| {
                (last.parse::<NaiveDate>().unwrap() - first).num_days() > HORIZON_DAYS
            });
            if is_far {
                prop_assert_eq!(found, Err("too_far"));
            } else {
                prop_assert_eq!(found, Ok(expected), "{}", rule);
            }
        }
    }
}
