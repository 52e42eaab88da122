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
mod tests;
