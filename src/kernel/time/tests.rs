//! What a local time means in a zone, at the changes of the clocks.

use super::*;

fn resolve(local: &str, zone: &str, offset: Option<&str>) -> Result<String, String> {
    let input = ZonedTimeInput {
        local: Some(local.to_owned()),
        time_zone: zone.to_owned(),
        offset: offset.map(str::to_owned),
        utc: None,
    };
    let mut faults = Faults::default();
    match input.resolve("/starts_at", &mut faults) {
        Some(time) => Ok(time.utc().to_string()),
        None => Err(faults.codes().join(",")),
    }
}

#[test]
fn a_local_time_becomes_the_instant_it_stands_for() {
    let cases = [
        (
            "2026-03-10T13:30:00",
            "America/New_York",
            "2026-03-10T17:30:00Z",
        ),
        (
            "2026-03-10T10:00:00",
            "America/Phoenix",
            "2026-03-10T17:00:00Z",
        ),
        (
            "2026-03-03T13:30:00",
            "America/New_York",
            "2026-03-03T18:30:00Z",
        ),
        (
            "2026-07-01T12:00:00",
            "Asia/Kathmandu",
            "2026-07-01T06:15:00Z",
        ),
        (
            "2026-07-01T12:00:00",
            "Australia/Lord_Howe",
            "2026-07-01T01:30:00Z",
        ),
    ];
    for (local, zone, utc) in cases {
        assert_eq!(
            resolve(local, zone, None),
            Ok(utc.to_owned()),
            "{local} {zone}"
        );
    }
}

#[test]
fn a_time_that_a_clock_change_skips_is_refused() {
    for (local, zone) in [
        ("2026-03-08T02:30:00", "America/New_York"),
        ("2027-03-14T02:30:00", "America/New_York"),
        ("2011-12-30T12:00:00", "Pacific/Apia"),
    ] {
        assert_eq!(
            resolve(local, zone, None),
            Err("time_does_not_exist".into())
        );
    }
}

#[test]
fn a_time_that_occurs_twice_needs_one_of_its_two_offsets() {
    let at = |offset| resolve("2026-11-01T01:30:00", "America/New_York", offset);
    assert_eq!(at(None), Err("offset_required".into()));
    assert_eq!(at(Some("-04:00")), Ok("2026-11-01T05:30:00Z".into()));
    assert_eq!(at(Some("-05:00")), Ok("2026-11-01T06:30:00Z".into()));
    assert_eq!(at(Some("+01:00")), Err("offset_wrong".into()));
}

#[test]
fn an_unknown_zone_and_an_impossible_date_are_named() {
    assert_eq!(
        resolve("2026-01-01T00:00:00", "Mars/Olympus", None),
        Err("time_zone_unknown".into())
    );
    assert_eq!(
        resolve("2026-02-30T00:00:00", "Europe/Paris", None),
        Err("time_invalid".into())
    );
}
