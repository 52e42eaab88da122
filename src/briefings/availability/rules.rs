//! Finding free slots, without any input or output.

use chrono_tz::Tz;

use crate::kernel::business_time::BusinessCalendar;
use crate::kernel::day::Day;
use crate::kernel::time::{Timestamp, ZonedTime};

/// A stretch of time, its end not included.
pub type Span = (Timestamp, Timestamp);

/// Seconds from one possible start to the next.
pub const STEP: i64 = 30 * 60;

/// Seconds at either end of a working day that are not its core.
const EDGE: i64 = 3600;

/// The working hours of one zone, in order.
#[derive(Debug)]
pub struct Working {
    /// The zone.
    pub zone: Tz,
    days: Vec<Span>,
}

impl Working {
    /// The working hours of a zone on every day that touches the span.
    #[must_use]
    pub fn of(calendar: &BusinessCalendar, zone: Tz, (from, until): Span) -> Self {
        let last = Day::of(until, zone);
        let mut days = Vec::new();
        let mut day = Some(Day::of(from, zone));
        while let Some(one) = day.filter(|day| *day <= last) {
            days.extend(calendar.hours_in(zone, one));
            day = one.plus_days(1);
        }
        Self { zone, days }
    }

    /// Whether the slot lies within one working day, and then whether in its core.
    #[must_use]
    pub fn holds(&self, (starts_at, ends_at): Span) -> Option<bool> {
        let next = self.days.partition_point(|(_, closes)| *closes < ends_at);
        let (opens, closes) = self.days.get(next)?;
        (*opens <= starts_at)
            .then(|| opens.plus_seconds(EDGE) <= starts_at && ends_at <= closes.plus_seconds(-EDGE))
    }
}

/// The stretches that are booked, sorted and joined where they meet.
#[must_use]
pub fn joined(mut booked: Vec<Span>) -> Vec<Span> {
    booked.sort_unstable();
    let mut all: Vec<Span> = Vec::new();
    for (starts_at, ends_at) in booked {
        match all.last_mut() {
            Some((_, reached)) if starts_at <= *reached => *reached = ends_at.max(*reached),
            _ => all.push((starts_at, ends_at)),
        }
    }
    all
}

/// Whether nothing of `booked`, which is [`joined`], meets the slot. What touches it end to start does
/// not meet it.
#[must_use]
pub fn is_free(booked: &[Span], (starts_at, ends_at): Span) -> bool {
    let next = booked.partition_point(|(_, booked_until)| *booked_until <= starts_at);
    booked
        .get(next)
        .is_none_or(|(booked_from, _)| *booked_from >= ends_at)
}

/// The instants at which a slot may start: every half hour of the clock in `zone`.
pub fn starts(zone: Tz, (from, until): Span) -> impl Iterator<Item = Timestamp> {
    // The clocks of a zone may change within the span, by half an hour at least or not at all.
    let ahead = from.seconds_until(ZonedTime::at(from, zone).local());
    let local = from.seconds() + ahead;
    let first = local.div_euclid(STEP) * STEP - ahead;
    let first = Timestamp::from_seconds(first);
    (0..)
        .map(move |step: i64| first.plus_seconds(step.saturating_mul(STEP)))
        .skip_while(move |start| *start < from)
        .take_while(move |start| *start < until)
}

/// A free slot with what it is ranked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// When.
    pub span: Span,
    /// For each zone, whether it lies in the core of the working day there.
    pub core: Vec<bool>,
    /// Which of the venues, by their place in the list, are free.
    pub venues: Vec<usize>,
}

impl Found {
    /// Zones in which it is at an end of the working day.
    #[must_use]
    pub fn outside_core(&self) -> usize {
        self.core.iter().filter(|is_core| !**is_core).count()
    }
}

/// What slots are looked for in.
#[derive(Debug)]
pub struct Search<'a> {
    /// The working hours of each zone; the first sets the half hours.
    pub working: &'a [Working],
    /// What any of the briefers is booked for.
    pub briefers: &'a [Span],
    /// What each venue is booked for.
    pub venues: &'a [Vec<Span>],
    /// Seconds that it takes.
    pub seconds: i64,
    /// From when until when.
    pub span: Span,
}

impl Search<'_> {
    /// The best slots: those in the core of the working day of most zones, then those with most of
    /// the venues free, then the earliest.
    #[must_use]
    pub fn best(&self, limit: usize) -> Vec<Found> {
        let Some(first) = self.working.first() else {
            return Vec::new();
        };
        let mut found: Vec<Found> = starts(first.zone, self.span)
            .filter_map(|start| self.slot((start, start.plus_seconds(self.seconds))))
            .collect();
        found.sort_by_key(|slot| {
            (
                slot.outside_core(),
                std::cmp::Reverse(slot.venues.len()),
                slot.span,
            )
        });
        found.truncate(limit);
        found
    }

    fn slot(&self, span: Span) -> Option<Found> {
        if span.1 > self.span.1 || !is_free(self.briefers, span) {
            return None;
        }
        let core: Option<Vec<bool>> = self.working.iter().map(|zone| zone.holds(span)).collect();
        let core = core?;
        let venues: Vec<usize> = self
            .venues
            .iter()
            .enumerate()
            .filter(|(_, booked)| is_free(booked, span))
            .map(|(index, _)| index)
            .collect();
        (self.venues.is_empty() || !venues.is_empty()).then_some(Found { span, core, venues })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::services::OfficeConfig;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn working(zones: &[Tz], span: Span) -> Vec<Working> {
        let calendar = OfficeConfig::default().calendar().unwrap();
        zones
            .iter()
            .map(|zone| Working::of(&calendar, *zone, span))
            .collect()
    }

    fn best(zones: &[Tz], briefers: &[Span], venues: &[Vec<Span>], span: Span) -> Vec<Found> {
        let working = working(zones, span);
        Search {
            working: &working,
            briefers,
            venues,
            seconds: 3600,
            span,
        }
        .best(100)
    }

    const ATLANTIC: [Tz; 2] = [Tz::America__New_York, Tz::Europe__Brussels];

    #[test]
    fn the_hours_that_two_zones_share_follow_the_clocks_of_both() {
        // New York 9 to 17, Brussels 9 to 17: they share two hours, and three while only one of them
        // has summer time.
        let day = |day: &str| {
            let span = (
                at(&format!("{day}T00:00:00Z")),
                at(&format!("{day}T23:00:00Z")),
            );
            let found = best(&ATLANTIC, &[], &[], span);
            let mut starts: Vec<String> = found.iter().map(|one| one.span.0.to_string()).collect();
            starts.sort();
            (
                starts.first().cloned().unwrap(),
                starts.last().cloned().unwrap(),
            )
        };
        let of = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(
            day("2026-03-03"),
            of("2026-03-03T14:00:00Z", "2026-03-03T15:00:00Z")
        );
        assert_eq!(
            day("2026-03-10"),
            of("2026-03-10T13:00:00Z", "2026-03-10T15:00:00Z")
        );
        assert_eq!(
            day("2026-03-31"),
            of("2026-03-31T13:00:00Z", "2026-03-31T14:00:00Z")
        );
    }

    #[test]
    fn nothing_is_offered_on_a_weekend_or_a_holiday_of_the_office() {
        // Memorial Day and the Saturday before it.
        for day in ["2026-05-25", "2026-05-23"] {
            let span = (
                at(&format!("{day}T00:00:00Z")),
                at(&format!("{day}T23:59:00Z")),
            );
            assert_eq!(best(&[Tz::America__New_York], &[], &[], span), []);
        }
    }

    #[test]
    fn the_core_of_the_day_comes_first_then_more_venues_then_the_earlier() {
        let span = (at("2026-03-03T00:00:00Z"), at("2026-03-04T00:00:00Z"));
        let booked = vec![(at("2026-03-03T15:00:00Z"), at("2026-03-03T16:00:00Z"))];
        let found = best(&[Tz::America__New_York], &[], &[booked, Vec::new()], span);
        let first = found.first().unwrap();
        // 11:00, because one of the venues is taken at 10:00.
        assert_eq!(first.span.0, at("2026-03-03T16:00:00Z"));
        assert_eq!(
            (first.outside_core(), first.venues.clone()),
            (0, vec![0, 1])
        );
        assert_eq!(found.last().unwrap().outside_core(), 1);
    }

    #[test]
    fn slots_begin_on_the_half_hours_of_the_first_zone() {
        let span = (at("2026-03-03T00:00:01Z"), at("2026-03-03T02:00:00Z"));
        let first = starts(Tz::Asia__Kathmandu, span).next().unwrap();
        assert_eq!(first, at("2026-03-03T00:15:00Z"));
        let first = starts(Tz::Australia__Lord_Howe, span).next().unwrap();
        assert_eq!(first, at("2026-03-03T00:30:00Z"));
    }

    proptest! {
        #[test]
        fn what_is_free_meets_no_booking(
            booked in prop::collection::vec((0_i64..5000, 1_i64..300), 0..40),
            start in 0_i64..5000,
            length in 1_i64..300,
        ) {
            let second = Timestamp::from_seconds;
            let booked: Vec<Span> = booked.iter().map(|(at, long)| (second(*at), second(at + long))).collect();
            let slot = (second(start), second(start + length));
            let meets = booked.iter().any(|(from, until)| *from < slot.1 && *until > slot.0);
            prop_assert_eq!(is_free(&joined(booked), slot), !meets);
        }
    }
}
