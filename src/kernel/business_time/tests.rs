//! The office's calendar on days that someone has looked up on a real one.

mod properties;

use super::*;

const NEW_YORK: Tz = Tz::America__New_York;
const LORD_HOWE: Tz = Tz::Australia__Lord_Howe;
const WORKDAYS: [Weekday; 5] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
];
const EVERY_DAY: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];
const HOUR: i64 = 3600;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hours(from: Option<&str>, opens: &str, closes: &str, days: &[Weekday]) -> OfficeHours {
    OfficeHours {
        from: from.map(day),
        opens: opens.parse().unwrap(),
        closes: closes.parse().unwrap(),
        days: days.to_vec(),
    }
}

/// From nine to five on workdays, with federal holidays.
fn nine_to_five(zone: Tz) -> BusinessCalendar {
    let hours = hours(None, "09:00:00", "17:00:00", &WORKDAYS);
    BusinessCalendar::new(zone, vec![hours], Holidays::UsFederal).unwrap()
}

/// Open every day of the year between these times.
fn daily(zone: Tz, opens: &str, closes: &str) -> BusinessCalendar {
    let hours = hours(None, opens, closes, &EVERY_DAY);
    BusinessCalendar::new(zone, vec![hours], Holidays::Listed(BTreeSet::new())).unwrap()
}

/// Each line: from this instant, so many hours are used up at that one, and are what lies between
/// the two.
fn check(calendar: &BusinessCalendar, table: &str) {
    let lines = table.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let &[from, hours, until] = columns.as_slice() else {
            panic!("{line}");
        };
        let (hours, minutes) = hours.split_once('h').unwrap();
        let minutes = if minutes.is_empty() { "0" } else { minutes };
        let seconds =
            hours.parse::<i64>().unwrap() * HOUR + minutes.parse::<i64>().unwrap() * HOUR / 60;
        let (from, until) = (at(from), at(until));
        assert_eq!(calendar.after(from, seconds), until, "{line}");
        assert_eq!(calendar.seconds_between(from, until), seconds, "{line}");
    }
}

#[test]
fn ordinary_days_count_from_opening_to_closing() {
    check(
        &nine_to_five(NEW_YORK),
        "
        # Within a day; a span that ends at closing ends then and not the next morning.
        2026-03-03T10:00:00-05:00 2h 2026-03-03T12:00:00-05:00
        2026-03-03T10:00:00-05:00 7h 2026-03-03T17:00:00-05:00
        2026-03-03T10:00:00-05:00 7h15 2026-03-04T09:15:00-05:00
        # Before opening, after closing, at the instants of both.
        2026-03-03T03:00:00-05:00 1h 2026-03-03T10:00:00-05:00
        2026-03-03T22:00:00-05:00 1h 2026-03-04T10:00:00-05:00
        2026-03-03T09:00:00-05:00 8h 2026-03-03T17:00:00-05:00
        2026-03-03T17:00:00-05:00 1h 2026-03-04T10:00:00-05:00
        # Over a weekend, from within one, and a hundred and twenty hours: fifteen days.
        2026-03-13T16:00:00-04:00 2h 2026-03-16T10:00:00-04:00
        2026-03-14T12:00:00-04:00 1h 2026-03-16T10:00:00-04:00
        2026-03-16T09:00:00-04:00 40h 2026-03-20T17:00:00-04:00
        2026-03-16T09:00:00-04:00 120h 2026-04-03T17:00:00-04:00
        ",
    );
}

#[test]
fn each_zone_has_its_own_day() {
    check(
        &nine_to_five(Tz::Europe__Brussels),
        "2026-03-27T16:00:00+01:00 2h 2026-03-30T10:00:00+02:00",
    );
    // Kathmandu is a quarter of an hour off; its Monday morning is Sunday in London.
    check(
        &nine_to_five(Tz::Asia__Kathmandu),
        "2026-03-08T23:00:00Z 1h 2026-03-09T04:15:00Z",
    );
    check(
        &nine_to_five(Tz::Pacific__Apia),
        "
        # Apia lies behind the date line: its Monday begins while it is Sunday in most places.
        2026-03-08T19:30:00Z 1h 2026-03-08T21:00:00Z
        # It went over the line in 2011: 30 December, a Friday, never was.
        2011-12-29T16:00:00-10:00 2h 2012-01-03T10:00:00+14:00
        ",
    );
    let apia = daily(Tz::Pacific__Apia, "09:00:00", "17:00:00");
    check(
        &apia,
        "
        2011-12-29T09:00:00-10:00 16h 2011-12-31T17:00:00+14:00
        ",
    );
    assert_eq!(
        apia.local_date(at("2026-03-08T19:30:00Z")),
        day("2026-03-09")
    );
}

#[test]
fn federal_holidays_are_those_that_the_government_publishes() {
    let years = [
        // Juneteenth was made a holiday that June; New Year's Day of 2022 was a Saturday.
        (
            2021,
            "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
        ),
        (
            2022,
            "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
        ),
        (
            2026,
            "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
        ),
        (
            2027,
            "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
        ),
        (
            2028,
            "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
        ),
    ];
    for (year, days) in years {
        let expected: BTreeSet<NaiveDate> = days
            .split(' ')
            .map(|of_year| day(&format!("{year}-{of_year}")))
            .collect();
        assert_eq!(us_federal_holidays(year), expected, "{year}");
    }
    assert!(!us_federal_holidays(2020).contains(&day("2020-06-19")));
}

#[test]
fn the_clock_stands_on_each_federal_holiday() {
    // An hour before closing on the workday before; two hours later is an hour after the next
    // opening.
    check(
        &nine_to_five(NEW_YORK),
        "
        2025-12-31T16:00:00-05:00 2h 2026-01-02T10:00:00-05:00
        2026-01-16T16:00:00-05:00 2h 2026-01-20T10:00:00-05:00
        2026-02-13T16:00:00-05:00 2h 2026-02-17T10:00:00-05:00
        2026-05-22T16:00:00-04:00 2h 2026-05-26T10:00:00-04:00
        2026-06-18T16:00:00-04:00 2h 2026-06-22T10:00:00-04:00
        # Independence Day is a Saturday: Friday is off.
        2026-07-02T16:00:00-04:00 2h 2026-07-06T10:00:00-04:00
        2026-09-04T16:00:00-04:00 2h 2026-09-08T10:00:00-04:00
        2026-10-09T16:00:00-04:00 2h 2026-10-13T10:00:00-04:00
        2026-11-10T16:00:00-05:00 2h 2026-11-12T10:00:00-05:00
        2026-11-25T16:00:00-05:00 2h 2026-11-27T10:00:00-05:00
        2026-12-24T16:00:00-05:00 2h 2026-12-28T10:00:00-05:00
        2026-12-31T16:00:00-05:00 2h 2027-01-04T10:00:00-05:00
        2027-01-15T16:00:00-05:00 2h 2027-01-19T10:00:00-05:00
        2027-02-12T16:00:00-05:00 2h 2027-02-16T10:00:00-05:00
        2027-05-28T16:00:00-04:00 2h 2027-06-01T10:00:00-04:00
        # Juneteenth is a Saturday, Independence Day a Sunday.
        2027-06-17T16:00:00-04:00 2h 2027-06-21T10:00:00-04:00
        2027-07-02T16:00:00-04:00 2h 2027-07-06T10:00:00-04:00
        2027-09-03T16:00:00-04:00 2h 2027-09-07T10:00:00-04:00
        2027-10-08T16:00:00-04:00 2h 2027-10-12T10:00:00-04:00
        2027-11-10T16:00:00-05:00 2h 2027-11-12T10:00:00-05:00
        2027-11-24T16:00:00-05:00 2h 2027-11-26T10:00:00-05:00
        # Christmas and New Year's Day of 2028 are Saturdays: both Fridays of 2027 are off.
        2027-12-23T16:00:00-05:00 2h 2027-12-27T10:00:00-05:00
        2027-12-30T16:00:00-05:00 2h 2028-01-03T10:00:00-05:00
        ",
    );
}

#[test]
fn listed_holidays_take_the_place_of_the_federal_ones() {
    let king_day = Holidays::Listed(BTreeSet::from([day("2026-07-21")]));
    let week = hours(None, "09:00:00", "17:00:00", &WORKDAYS);
    let calendar = BusinessCalendar::new(Tz::Europe__Brussels, vec![week], king_day).unwrap();
    check(
        &calendar,
        "
        2026-07-20T16:00:00+02:00 2h 2026-07-22T10:00:00+02:00
        2026-11-25T16:00:00+01:00 2h 2026-11-26T10:00:00+01:00
        ",
    );
}

#[test]
fn a_clock_change_at_night_moves_the_instants_and_not_the_hours() {
    check(
        &nine_to_five(NEW_YORK),
        "
        # Forward on Sunday 8 March 2026, back on Sunday 1 November.
        2026-03-06T16:00:00-05:00 2h 2026-03-09T10:00:00-04:00
        2026-03-05T09:00:00-05:00 32h 2026-03-10T17:00:00-04:00
        2026-10-30T16:00:00-04:00 2h 2026-11-02T10:00:00-05:00
        2026-10-29T09:00:00-04:00 32h 2026-11-03T17:00:00-05:00
        ",
    );
}

#[test]
fn a_clock_change_within_the_hours_makes_the_day_shorter_or_longer() {
    check(
        &daily(NEW_YORK, "01:00:00", "09:00:00"),
        "
        # 02:00 to 03:00 does not exist on 8 March; 01:00 to 02:00 is there twice on 1 November.
        2026-03-08T00:00:00-05:00 7h 2026-03-08T09:00:00-04:00
        2026-03-08T00:00:00-05:00 1h30 2026-03-08T03:30:00-04:00
        2026-03-07T08:00:00-05:00 8h30 2026-03-09T01:30:00-04:00
        2026-11-01T00:00:00-04:00 9h 2026-11-01T09:00:00-05:00
        2026-11-01T00:00:00-04:00 1h30 2026-11-01T01:30:00-05:00
        ",
    );
    check(
        &daily(LORD_HOWE, "01:00:00", "09:00:00"),
        "
        # Half an hour: 01:30 to 02:00 twice on 5 April, 02:00 to 02:30 not on 4 October.
        2026-04-05T00:00:00+11:00 8h30 2026-04-05T09:00:00+10:30
        2026-04-05T00:00:00+11:00 1h15 2026-04-05T01:45:00+10:30
        2026-10-04T00:00:00+10:30 7h30 2026-10-04T09:00:00+11:00
        2026-10-04T00:00:00+10:30 1h15 2026-10-04T02:45:00+11:00
        ",
    );
}

#[test]
fn an_opening_or_closing_that_a_clock_change_skips_or_repeats_is_resolved() {
    // Skipped: the first instant after the gap.
    check(
        &daily(NEW_YORK, "02:30:00", "04:00:00"),
        "
        2026-03-08T00:00:00-05:00 1h 2026-03-08T04:00:00-04:00
        ",
    );
    check(
        &daily(NEW_YORK, "01:00:00", "02:30:00"),
        "2026-03-08T00:00:00-05:00 1h 2026-03-08T03:00:00-04:00",
    );
    // Both skipped: nothing of that day counts.
    check(
        &daily(NEW_YORK, "02:10:00", "02:40:00"),
        "2026-03-08T00:00:00-05:00 0h15 2026-03-09T02:25:00-04:00",
    );
    // Repeated: opens at the first, closes at the second.
    check(
        &daily(NEW_YORK, "01:30:00", "03:00:00"),
        "2026-11-01T00:00:00-04:00 2h30 2026-11-01T03:00:00-05:00",
    );
    check(
        &daily(NEW_YORK, "00:30:00", "01:30:00"),
        "2026-11-01T00:00:00-04:00 2h 2026-11-01T01:30:00-05:00",
    );
    check(
        &daily(LORD_HOWE, "01:45:00", "03:00:00"),
        "2026-04-05T00:00:00+11:00 1h45 2026-04-05T03:00:00+10:30",
    );
    check(
        &daily(LORD_HOWE, "02:15:00", "03:00:00"),
        "2026-10-04T00:00:00+10:30 0h30 2026-10-04T03:00:00+11:00",
    );
}

#[test]
fn time_that_two_days_share_counts_once() {
    // St. John's used to go back at one minute past midnight, from 1 November into 31 October: at
    // 00:00 the office opened for the new day, and at 23:01 the old one went on.
    let calendar = daily(Tz::America__St_Johns, "00:00:00", "23:59:00");
    check(
        &calendar,
        "2009-10-31T00:00:00-02:30 48h45 2009-11-01T23:45:00-03:30",
    );
}

#[test]
fn a_change_of_policy_holds_from_its_day_on() {
    let four_days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu];
    let calendar = BusinessCalendar::new(
        NEW_YORK,
        vec![
            hours(None, "09:00:00", "17:00:00", &WORKDAYS),
            hours(Some("2027-07-01"), "08:00:00", "16:00:00", &four_days),
            hours(Some("2027-07-14"), "10:00:00", "14:00:00", &WORKDAYS),
        ],
        Holidays::UsFederal,
    )
    .unwrap();
    check(
        &calendar,
        "
        # Wednesday by the old hours, Thursday by the new; Friday is off, and Monday a holiday.
        2027-06-30T16:00:00-04:00 2h 2027-07-01T09:00:00-04:00
        2027-06-30T16:30:00-04:00 8h30 2027-07-01T16:00:00-04:00
        2027-07-01T15:00:00-04:00 2h 2027-07-06T09:00:00-04:00
        # And by the third from Wednesday 14 July on, with its Friday.
        2027-07-13T15:00:00-04:00 3h 2027-07-14T12:00:00-04:00
        2027-07-15T13:00:00-04:00 2h 2027-07-16T11:00:00-04:00
        # Through all three: 40 h of 80 on the old hours, 48 on the second, the rest on the third.
        2027-06-24T09:00:00-04:00 40h 2027-06-30T17:00:00-04:00
        2027-06-24T09:00:00-04:00 88h 2027-07-13T16:00:00-04:00
        2027-06-24T09:00:00-04:00 90h 2027-07-14T12:00:00-04:00
        ",
    );
    let opening = hours(Some("2027-07-01"), "08:00:00", "16:00:00", &WORKDAYS);
    let young = BusinessCalendar::new(NEW_YORK, vec![opening], Holidays::UsFederal).unwrap();
    check(
        &young,
        "
        2026-01-01T00:00:00Z 1h 2027-07-01T09:00:00-04:00
        ",
    );
}

#[test]
fn a_pause_moves_the_deadline_by_the_business_time_it_took() {
    let calendar = nine_to_five(NEW_YORK);
    let allowed = 16 * HOUR;
    // Runs on Monday morning, waits for the city from noon until Wednesday, over Veterans Day and
    // again over a weekend.
    let runs = [
        ("2026-11-09T09:00:00-05:00", "2026-11-09T12:00:00-05:00", 3),
        ("2026-11-10T15:00:00-05:00", "2026-11-12T10:00:00-05:00", 3),
        ("2026-11-13T18:00:00-05:00", "2026-11-15T12:00:00-05:00", 0),
    ];
    let mut used = 0;
    for (from, until, hours) in runs {
        let run = calendar.seconds_between(at(from), at(until));
        assert_eq!(run, hours * HOUR, "{from}");
        used += run;
    }
    let resumed = at("2026-11-17T13:00:00-05:00");
    assert_eq!(
        calendar.after(resumed, allowed - used),
        at("2026-11-18T15:00:00-05:00")
    );
}

#[test]
fn the_office_is_open_from_its_opening_until_just_before_its_closing() {
    let calendar = nine_to_five(NEW_YORK);
    for (instant, open) in [
        ("2026-03-03T08:59:59.999999-05:00", false),
        ("2026-03-03T09:00:00-05:00", true),
        ("2026-03-03T16:59:59.999999-05:00", true),
        ("2026-03-03T17:00:00-05:00", false),
        ("2026-03-07T12:00:00-05:00", false),
        ("2026-07-03T12:00:00-04:00", false),
    ] {
        assert_eq!(calendar.is_open(at(instant)), open, "{instant}");
    }
}

#[test]
fn nothing_is_counted_backwards_and_the_calendar_has_an_end() {
    let calendar = nine_to_five(NEW_YORK);
    let (early, late) = (at("2026-03-03T10:00:00Z"), at("2026-03-05T10:00:00Z"));
    assert_eq!(calendar.seconds_between(late, early), 0);
    assert_eq!(calendar.seconds_between(late, late), 0);
    assert_eq!(calendar.after(early, 0), early);
    assert_eq!(calendar.after(early, -1), early);
    assert_eq!(
        calendar.after(at("9999-12-01T00:00:00Z"), i64::MAX),
        at("9999-12-31T23:59:59Z")
    );
    // In the days of local mean time, 4:56:02 behind Greenwich; the first of January is a holiday.
    assert_eq!(
        calendar.after(at("0001-01-01T00:00:00Z"), HOUR),
        at("0001-01-02T14:56:02Z")
    );
}

#[test]
fn a_calendar_that_could_not_work_is_refused() {
    let good = || hours(None, "09:00:00", "17:00:00", &WORKDAYS);
    let dated = |from| hours(Some(from), "09:00:00", "17:00:00", &WORKDAYS);
    for (entries, says) in [
        (vec![], "no hours"),
        (
            vec![hours(None, "17:00:00", "17:00:00", &WORKDAYS)],
            "later on the same day",
        ),
        (
            vec![hours(None, "09:00:00.5", "17:00:00", &WORKDAYS)],
            "whole second",
        ),
        (
            vec![hours(None, "09:00:00", "17:00:00", &[])],
            "one day of the week",
        ),
        (vec![good(), good()], "from a later day"),
        (
            vec![dated("2027-01-01"), dated("2026-01-01")],
            "from a later day",
        ),
        (vec![dated("2027-01-01"), good()], "from a later day"),
    ] {
        let refused = BusinessCalendar::new(NEW_YORK, entries, Holidays::UsFederal);
        assert!(refused.is_err_and(|reason| reason.contains(says)), "{says}");
    }
}
