//! The holidays of the US federal government: 5 U.S.C. 6103 and Executive Order 11582.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

/// Holidays on a date of their own, as month and day, with the first year of each.
const DATES: [(u32, u32, i32); 5] = [
    (1, 1, i32::MIN),
    // Juneteenth: Public Law 117-17.
    (6, 19, 2021),
    (7, 4, i32::MIN),
    (11, 11, i32::MIN),
    (12, 25, i32::MIN),
];

/// The days of this year on which a federal holiday is observed, by the law as it stands.
///
/// That is Friday for a holiday on a Saturday and Monday for one on a Sunday, which is the rule for
/// those who work from Monday to Friday. New Year's Day of the next year may be among them, on 31
/// December, and that of this year missing. Inauguration Day is left out: it is a holiday around
/// Washington only.
#[must_use]
pub fn us_federal_holidays(year: i32) -> BTreeSet<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 1)
        .into_iter()
        .flat_map(|first| first.iter_days())
        .take_while(|day| day.year() == year)
        .filter(|day| is_holiday(*day))
        .collect()
}

/// Whether a federal holiday is observed on this day.
pub(super) fn is_holiday(day: NaiveDate) -> bool {
    let has_date = |day: Option<NaiveDate>| {
        day.is_some_and(|day| {
            DATES.iter().any(|(month, of_month, since)| {
                (day.month(), day.day()) == (*month, *of_month) && day.year() >= *since
            })
        })
    };
    // Which Monday or Thursday of its month this is, from 0.
    let week = day.day0() / 7;
    match day.weekday() {
        Weekday::Sat | Weekday::Sun => false,
        Weekday::Mon => {
            let is_last = day.day() + 7 > u32::from(day.num_days_in_month());
            matches!(
                (day.month(), week),
                // Martin Luther King, Washington, Labor Day, Columbus Day.
                (1, 2) | (2, 2) | (9, 0) | (10, 1)
            ) || (day.month() == 5 && is_last)
                || has_date(Some(day))
                || has_date(day.pred_opt())
        }
        Weekday::Thu => (day.month() == 11 && week == 3) || has_date(Some(day)),
        Weekday::Fri => has_date(Some(day)) || has_date(day.succ_opt()),
        Weekday::Tue | Weekday::Wed => has_date(Some(day)),
    }
}
