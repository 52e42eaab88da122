//! When the clock on a recipient's wall lets mail through: the end of quiet hours, and the time of the
//! digest. Clock changes skip local times and repeat them; what is asked for is always an instant.

use chrono::{DateTime, Days, Duration, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::kernel::time::Timestamp;

/// Days that are looked at: a zone that moves across the date line skips one.
const DAYS: u64 = 4;

/// Minutes that a clock change skips, at most: a day and a little.
const LONGEST_GAP: i64 = 26 * 60;

/// From when to when nothing comes, on the recipient's clock; over midnight where the end is the
/// earlier one. The same time twice: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// The first quiet minute.
    pub from: NaiveTime,
    /// The first minute that is not.
    pub until: NaiveTime,
}

impl Quiet {
    /// Whether it is quiet when the clock shows `time`.
    #[must_use]
    pub fn holds_at(self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }

    /// When quiet hours end in which `now` lies; `None` when it lies in none.
    #[must_use]
    pub fn end(self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        if !self.holds_at(local(now, zone).time()) {
            return None;
        }
        let is_over = |instant: &Timestamp| !self.holds_at(local(*instant, zone).time());
        Some(
            shown_after(now, zone, self.until)
                .find(is_over)
                .unwrap_or_else(|| now.plus_seconds(24 * 3600)),
        )
    }
}

/// The next instant after `now` at which the clock shows `time`.
#[must_use]
pub fn next(now: Timestamp, zone: Tz, time: NaiveTime) -> Timestamp {
    shown_after(now, zone, time)
        .next()
        .unwrap_or_else(|| now.plus_seconds(24 * 3600))
}

/// What a clock in `zone` shows at this instant.
fn local(instant: Timestamp, zone: Tz) -> NaiveDateTime {
    instant.to_utc().with_timezone(&zone).naive_local()
}

/// The instants after `now`, of the coming days, at which the clock shows `time`, in order.
fn shown_after(now: Timestamp, zone: Tz, time: NaiveTime) -> impl Iterator<Item = Timestamp> {
    let today = local(now, zone).date();
    (0..DAYS)
        .filter_map(move |days| today.checked_add_days(Days::new(days)))
        .flat_map(move |day| instants(day.and_time(time), zone))
        .filter(move |instant| *instant > now)
}

/// When the clock shows `wanted`: once, twice, or, where a clock change skips it, when the clock goes
/// on after the gap.
fn instants(wanted: NaiveDateTime, zone: Tz) -> Vec<Timestamp> {
    let stamp = |instant: DateTime<Tz>| Timestamp::from(instant.with_timezone(&Utc));
    match zone.from_local_datetime(&wanted) {
        chrono::LocalResult::Single(one) => vec![stamp(one)],
        chrono::LocalResult::Ambiguous(first, second) => vec![stamp(first), stamp(second)],
        chrono::LocalResult::None => (1..=LONGEST_GAP)
            .filter_map(|minutes| wanted.checked_add_signed(Duration::minutes(minutes)))
            .find_map(|later| zone.from_local_datetime(&later).earliest())
            .map(stamp)
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    fn end(now: &str, zone: &str, from: &str, until: &str) -> Option<String> {
        let quiet = Quiet {
            from: time(from),
            until: time(until),
        };
        quiet
            .end(at(now), zone.parse().unwrap())
            .map(|end| end.to_string())
    }

    #[test]
    fn the_night_ends_in_the_morning_of_the_recipient() {
        let night = |now, zone| end(now, zone, "21:00", "07:00");
        // 22:30 in New York, 04:30 in Brussels.
        assert_eq!(
            night("2026-03-10T02:30:00Z", "America/New_York"),
            Some("2026-03-10T11:00:00Z".to_owned())
        );
        assert_eq!(
            night("2026-03-10T03:30:00Z", "Europe/Brussels"),
            Some("2026-03-10T06:00:00Z".to_owned())
        );
        assert_eq!(
            night("2026-03-10T03:30:00Z", "Asia/Kathmandu"),
            None,
            "09:15 there"
        );
        assert_eq!(night("2026-03-10T16:00:00Z", "America/New_York"), None);
        assert_eq!(
            night("2026-03-10T11:00:00Z", "America/New_York"),
            None,
            "the last minute is not quiet"
        );
    }

    #[test]
    fn quiet_hours_within_a_day_and_none_at_all() {
        assert_eq!(
            end("2026-03-10T12:30:00Z", "UTC", "12:00", "14:00"),
            Some("2026-03-10T14:00:00Z".to_owned())
        );
        assert_eq!(end("2026-03-10T14:00:00Z", "UTC", "12:00", "14:00"), None);
        assert_eq!(end("2026-03-10T14:00:00Z", "UTC", "14:00", "14:00"), None);
    }

    #[test]
    fn a_night_in_which_the_clock_changes_ends_when_the_clock_says_so() {
        // Clocks go forward at 02:00 on 8 March 2026: the night is an hour shorter.
        assert_eq!(
            end("2026-03-08T03:00:00Z", "America/New_York", "21:00", "07:00"),
            Some("2026-03-08T11:00:00Z".to_owned())
        );
        // The end itself is skipped: it is over when the clock goes on.
        assert_eq!(
            end("2026-03-08T06:30:00Z", "America/New_York", "21:00", "02:30"),
            Some("2026-03-08T07:00:00Z".to_owned())
        );
        // Clocks go back on 1 November 2026: 01:30 comes twice, and the first ends the night.
        assert_eq!(
            end("2026-11-01T04:30:00Z", "America/New_York", "21:00", "01:30"),
            Some("2026-11-01T05:30:00Z".to_owned())
        );
        // It is 01:10 again: the second 01:30 ends it.
        assert_eq!(
            end("2026-11-01T06:10:00Z", "America/New_York", "21:00", "01:30"),
            Some("2026-11-01T06:30:00Z".to_owned())
        );
    }

    #[test]
    fn the_digest_comes_at_the_next_such_time_on_the_wall() {
        let zone = "Australia/Lord_Howe".parse().unwrap();
        assert_eq!(
            next(at("2026-07-01T00:00:00Z"), zone, time("08:00")).to_string(),
            "2026-07-01T21:30:00Z"
        );
        // 30 December 2011 did not exist in Apia.
        let apia = "Pacific/Apia".parse().unwrap();
        let after = next(at("2011-12-29T19:00:00Z"), apia, time("08:00"));
        assert!(after > at("2011-12-29T19:00:00Z") && after < at("2011-12-31T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn quiet_hours_end_within_a_day_and_then_it_is_not_quiet(
            seconds in 1_767_225_600_i64..1_893_456_000, // 2026 to 2029
            from in 0_u32..1440,
            until in 0_u32..1440,
            zone in prop::sample::select(vec![
                "America/New_York", "Europe/Brussels", "America/Phoenix", "Pacific/Apia",
                "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca",
            ]),
        ) {
            let zone: Tz = zone.parse().unwrap();
            let clock = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let quiet = Quiet { from: clock(from), until: clock(until) };
            let now = Timestamp::from_seconds(seconds);
            match quiet.end(now, zone) {
                None => prop_assert!(!quiet.holds_at(local(now, zone).time())),
                Some(end) => {
                    prop_assert!(quiet.holds_at(local(now, zone).time()));
                    prop_assert!(end > now);
                    prop_assert!(now.seconds_until(end) <= 50 * 3600);
                    prop_assert!(!quiet.holds_at(local(end, zone).time()));
                }
            }
        }

        #[test]
        fn the_next_digest_is_later_and_within_a_day_or_so(
            seconds in 1_767_225_600_i64..1_893_456_000,
            minute in 0_u32..1440,
        ) {
            let zone = chrono_tz::America::New_York;
            let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let now = Timestamp::from_seconds(seconds);
            let next = next(now, zone, time);
            prop_assert!(next > now);
            prop_assert!(now.seconds_until(next) <= 25 * 3600);
            prop_assert!(local(next, zone).time() >= time);
        }
    }
}
