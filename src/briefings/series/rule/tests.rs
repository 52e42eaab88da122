//! What rules have for dates.

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
    let many = |from: i32, to: i32| Vec::from_iter((from..=to).map(|n| n.to_string())).join(",");
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
                        || days.is_empty() && (!weekdays.is_empty() || day.day() == first.day()))
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
