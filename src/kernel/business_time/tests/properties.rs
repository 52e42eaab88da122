//! What holds of every calendar.

use proptest::prelude::*;

use super::*;

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        NEW_YORK,
        LORD_HOWE,
        Tz::Europe__Brussels,
        Tz::Pacific__Apia,
        Tz::Asia__Kathmandu,
        Tz::America__St_Johns,
        Tz::America__Sao_Paulo,
    ])
}

prop_compose! {
    /// Any hours in any of these zones, with a change of policy in 2012.
    fn calendars()(
        zone in zones(),
        first in (0_u32..1439, 1_u32..1440, prop::sample::subsequence(&EVERY_DAY, 1..=7)),
        second in (0_u32..1439, 1_u32..1440, prop::sample::subsequence(&EVERY_DAY, 1..=7)),
        federal in any::<bool>(),
    ) -> BusinessCalendar {
        let entry = |from: Option<&str>, (opens, length, days): (u32, u32, Vec<Weekday>)| {
            let time = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0);
            OfficeHours {
                from: from.map(day),
                opens: time(opens).unwrap(),
                closes: time((opens + length).min(1439)).unwrap(),
                days,
            }
        };
        let holidays = if federal {
            Holidays::UsFederal
        } else {
            Holidays::Listed(BTreeSet::from([day("2011-12-31"), day("2012-01-03")]))
        };
        BusinessCalendar::new(
            zone,
            vec![entry(None, first), entry(Some("2012-01-04"), second)],
            holidays,
        )
        .unwrap()
    }
}

/// Microseconds of the years 2006 to 2028.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_136_073_600_000_000_i64..1_830_000_000_000_000)
        .prop_map(|micros| Timestamp::from_seconds(0).plus_microseconds(micros))
}

proptest! {
    #[test]
    fn what_is_waited_for_is_what_has_passed(
        calendar in calendars(),
        from in instants(),
        seconds in 1_i64..2_000_000,
    ) {
        let until = calendar.after(from, seconds);
        prop_assert_eq!(calendar.seconds_between(from, until), seconds);
        // And it had not passed a second before.
        prop_assert_eq!(calendar.seconds_between(from, until.plus_seconds(-1)), seconds - 1);
    }

    #[test]
    fn parts_add_up_to_the_whole(
        calendar in calendars(),
        from in instants(),
        first in 0_i64..20_000_000_000_000,
        second in 0_i64..20_000_000_000_000,
    ) {
        let middle = from.plus_microseconds(first);
        let end = middle.plus_microseconds(second);
        prop_assert_eq!(
            calendar.seconds_between(from, middle) + calendar.seconds_between(middle, end),
            calendar.seconds_between(from, end)
        );
    }

    /// Looks at each minute of a week on the clock on the wall. Opening and closing are kept away
    /// from the hours at which clocks change, where the wall alone does not say.
    #[test]
    fn a_week_counted_minute_by_minute_comes_to_the_same(
        zone in zones(),
        opens in 4_u32..12,
        closes in 13_u32..23,
        days in prop::sample::subsequence(&EVERY_DAY, 1..=7),
        start in (1_136_073_600_i64 / 60..1_830_000_000 / 60),
    ) {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let (opens, closes) = (time(opens), time(closes));
        let entry = OfficeHours { from: None, opens, closes, days: days.clone() };
        let calendar = BusinessCalendar::new(zone, vec![entry], Holidays::UsFederal).unwrap();
        let start = Timestamp::from_seconds(start * 60);
        let year = calendar.local_date(start).year();
        let holidays = &us_federal_holidays(year) | &us_federal_holidays(year + 1);
        let mut minutes = 0;
        for minute in 0..7 * 24 * 60 {
            let wall = start.plus_seconds(minute * 60).to_utc().with_timezone(&zone).naive_local();
            let is_open = (opens..closes).contains(&wall.time())
                && days.contains(&wall.weekday())
                && !holidays.contains(&wall.date());
            minutes += i64::from(is_open);
        }
        prop_assert_eq!(
            calendar.seconds_between(start, start.plus_seconds(7 * 24 * 3600)),
            minutes * 60
        );
    }
}
