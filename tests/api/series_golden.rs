//! Recurrence against a table that was computed without us (`scripts/golden-time-zones`): six zones, the
//! years 2026 to 2029, every change of the clocks.

use std::collections::{BTreeMap, BTreeSet};

use chancery::briefings::series::pattern::Pattern;
use chancery::briefings::series::rule::Rule;
use chancery::kernel::day::Day;
use chancery::kernel::http::Faults;
use chancery::kernel::time::{Timestamp, ZonedTime};
use chrono_tz::Tz;

/// A local time and the instants it stands for.
type Row = (Timestamp, Vec<Timestamp>);

/// The rows of the table by zone and time of day.
fn table() -> Vec<((Tz, String), Vec<Row>)> {
    let text = include_str!("../golden/time-zones.csv");
    let mut table: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for line in text.lines().skip(2) {
        let parts: Vec<&str> = line.split(',').collect();
        let instants = parts[2]
            .split_whitespace()
            .map(|one| one.parse().unwrap())
            .collect();
        let local: Timestamp = format!("{}Z", parts[1]).parse().unwrap();
        let time = parts[1].split('T').nth(1).unwrap().to_owned();
        table
            .entry((parts[0].to_owned(), time))
            .or_default()
            .push((local, instants));
    }
    table
        .into_iter()
        .map(|((zone, time), rows)| ((zone.parse().unwrap(), time), rows))
        .collect()
}

/// A pattern of half an hour each, from this local time.
fn pattern(first: Timestamp, zone: Tz, rule: &str) -> Pattern {
    Pattern {
        rule: Rule::parse(rule).unwrap(),
        zone,
        starts_local: first,
        ends_local: first.plus_seconds(1800),
        offsets: BTreeMap::new(),
    }
}

#[test]
fn the_table_has_every_zone_and_every_kind_of_time() {
    let table = table();
    let zones: BTreeSet<String> = table
        .iter()
        .map(|((zone, _), _)| zone.name().to_owned())
        .collect();
    let expected = [
        "America/New_York",
        "America/Phoenix",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Brussels",
        "Pacific/Apia",
    ];
    assert_eq!(Vec::from_iter(zones), expected);
    let of = |count: usize| {
        let rows = table.iter().flat_map(|(_, rows)| rows);
        rows.filter(|(_, instants)| instants.len() == count).count()
    };
    // Three zones, two changes a year, four years; a change of half an hour skips one half hour.
    assert_eq!((of(0), of(2)), (4 * (2 + 1 + 2), 4 * (2 + 1 + 2)));
    assert!(of(1) > 1500);
}

#[test]
fn a_weekly_series_has_the_instants_of_the_table() {
    let mut compared = 0;
    for ((zone, time), rows) in table() {
        if time != "10:00:00" {
            continue;
        }
        for some in rows.chunks(200) {
            let rule = format!("FREQ=WEEKLY;COUNT={}", some.len());
            let pattern = pattern(some[0].0, zone, &rule);
            let mut faults = Faults::default();
            let drawing = pattern.draw(&BTreeSet::new(), &mut faults);
            assert!(faults.is_empty(), "{zone}: {faults:?}");
            let ours: Vec<Row> = drawing
                .slots
                .iter()
                .map(|slot| (slot.starts_at.local(), vec![slot.starts_at.utc()]))
                .collect();
            assert_eq!(ours, some, "{zone}");
            compared += some.len();
        }
    }
    assert!(compared >= 6 * 208, "{compared}");
}

#[test]
fn every_time_around_a_change_of_the_clocks_exists_as_often_as_in_the_table() {
    let mut compared = 0;
    for ((zone, time), rows) in table() {
        if time == "10:00:00" {
            continue;
        }
        for (local, instants) in rows {
            let mut faults = Faults::default();
            let drawn = pattern(local, zone, "FREQ=DAILY;COUNT=1");
            let slot = drawn.slot(local, &mut faults);
            let codes = faults.codes().join(",");
            let what = format!("{local} {zone}");
            match instants.as_slice() {
                [] => assert!(codes.starts_with("time_does_not_exist"), "{what}: {codes}"),
                [one] => {
                    // The end may be in the gap or the fold; the start is not.
                    let start = slot.map(|slot| slot.starts_at.utc());
                    assert!(start.is_none_or(|start| start == *one), "{what}");
                    assert_eq!(ZonedTime::at_local(local, zone).utc(), *one, "{what}");
                }
                [first, second] => {
                    assert!(codes.starts_with("offset_required"), "{what}: {codes}");
                    for utc in [first, second] {
                        let mut with = drawn.clone();
                        let ahead = utc.seconds_until(local) / 60;
                        let sign = if ahead < 0 { '-' } else { '+' };
                        let minutes = ahead.abs();
                        let offset = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
                        with.offsets.insert(Day::of_local(local), offset);
                        let mut faults = Faults::default();
                        let slot = with.slot(local, &mut faults).unwrap();
                        assert_eq!(slot.starts_at.utc(), *utc, "{what}");
                    }
                }
                more => panic!("{more:?}"),
            }
            compared += 1;
        }
    }
    assert!(compared > 400, "{compared}");
}
