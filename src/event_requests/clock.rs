//! The review clock: in how many business hours of the office's calendar a request is decided.
//!
//! It starts when form and letter are both in, stands still while the city is waited for, and
//! stops with the decision. How many hours there are is settled when the request is submitted; a
//! later change of that setting is for later requests. Which hours count is said by the calendar,
//! day by day: a change of the office's hours counts from its day on, also for requests under way.

use diesel::prelude::*;

use crate::event_requests::lifecycle::ClockState;
use crate::kernel::business_time::BusinessCalendar;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::EventRequestId;
use crate::kernel::time::Timestamp;
use crate::schema::event_request_clocks::{self, dsl as table};

/// A request's review clock.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = event_request_clocks, treat_none_as_null = true)]
pub struct ReviewClock {
    /// The request.
    pub request_id: EventRequestId,
    /// Business seconds that the office has.
    pub budget_seconds: i64,
    /// Business seconds spent before it last began to run.
    pub spent_seconds: i64,
    /// When the request was submitted.
    pub started_at: Timestamp,
    /// Since when it runs.
    pub running_since: Option<Timestamp>,
    /// When the budget is used up, if it runs on.
    pub due_at: Option<Timestamp>,
    /// When it stopped for good.
    pub stopped_at: Option<Timestamp>,
    /// When it was noted that the budget is used up.
    pub overdue_noted_at: Option<Timestamp>,
}

impl ReviewClock {
    /// A clock that has not begun to run.
    #[must_use]
    pub const fn new(request_id: EventRequestId, budget_seconds: i64, now: Timestamp) -> Self {
        Self {
            request_id,
            budget_seconds,
            spent_seconds: 0,
            started_at: now,
            running_since: None,
            due_at: None,
            stopped_at: None,
            overdue_noted_at: None,
        }
    }

    /// Business seconds spent until `now`.
    #[must_use]
    pub fn spent(&self, calendar: &BusinessCalendar, now: Timestamp) -> i64 {
        let running = self
            .running_since
            .map_or(0, |since| calendar.seconds_between(since, now));
        self.spent_seconds + running
    }

    /// Lets it run, stand still or stop, as the state of its request says.
    pub fn follow(&mut self, state: ClockState, calendar: &BusinessCalendar, now: Timestamp) {
        if self.stopped_at.is_some() {
            return;
        }
        match state {
            ClockState::Running if self.running_since.is_none() => {
                let left = (self.budget_seconds - self.spent_seconds).max(0);
                let due = calendar.after(now, left);
                self.running_since = Some(now);
                self.due_at = Some(due);
                // A budget that was used up before stays so; one with time left may be again.
                if left > 0 {
                    self.overdue_noted_at = None;
                }
            }
            ClockState::Running | ClockState::NotStarted => {}
            ClockState::Paused | ClockState::Stopped => {
                self.spent_seconds = self.spent(calendar, now);
                self.running_since = None;
                self.due_at = None;
                self.stopped_at = (state == ClockState::Stopped).then_some(now);
            }
        }
    }

    /// When the budget is used up under this calendar, if it runs on.
    #[must_use]
    pub fn due_under(&self, calendar: &BusinessCalendar) -> Option<Timestamp> {
        self.running_since
            .map(|since| calendar.after(since, (self.budget_seconds - self.spent_seconds).max(0)))
    }
}

/// The clock of a request; `None` for a draft.
///
/// # Errors
///
/// When the database fails.
pub fn load(conn: &mut Connection, id: &EventRequestId) -> Result<Option<ReviewClock>, Problem> {
    Ok(table::event_request_clocks
        .filter(table::request_id.eq(id))
        .select(ReviewClock::as_select())
        .first(conn)
        .optional()?)
}

/// Stores a new clock.
///
/// # Errors
///
/// When the database fails.
pub fn insert(tx: &mut Tx<'_>, clock: ReviewClock) -> Result<(), Problem> {
    diesel::insert_into(table::event_request_clocks)
        .values(clock)
        .execute(tx.conn)?;
    Ok(())
}

/// Stores a clock in place of what it was. Its request is locked.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, clock: &ReviewClock) -> Result<(), Problem> {
    diesel::update(table::event_request_clocks.filter(table::request_id.eq(&clock.request_id)))
        .set(clock)
        .execute(tx.conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime, Weekday};
    use chrono_tz::Tz;

    use super::*;
    use crate::kernel::business_time::{Holidays, OfficeHours};

    const WEEK: [Weekday; 5] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ];

    fn hours(from: Option<(i32, u32, u32)>, opens: u32, closes: u32) -> OfficeHours {
        OfficeHours {
            from: from.map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap()),
            opens: NaiveTime::from_hms_opt(opens, 0, 0).unwrap(),
            closes: NaiveTime::from_hms_opt(closes, 0, 0).unwrap(),
            days: WEEK.to_vec(),
        }
    }

    fn washington(policies: Vec<OfficeHours>) -> BusinessCalendar {
        BusinessCalendar::new(Tz::America__New_York, policies, Holidays::UsFederal).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn clock(hours: i64, now: &str) -> ReviewClock {
        ReviewClock::new(EventRequestId::fresh(), hours * 3600, at(now))
    }

    /// What happens to a clock: when, and what it is told to do.
    type Steps<'a> = &'a [(&'a str, ClockState)];

    /// What a case is called, hours of its budget, what happens, and what is spent and due then.
    type Case<'a> = (&'a str, i64, Steps<'a>, (i64, Option<&'a str>));

    fn play(calendar: &BusinessCalendar, hours: i64, steps: Steps<'_>) -> (i64, Option<String>) {
        let mut clock = clock(hours, steps[0].0);
        for (instant, state) in steps {
            clock.follow(*state, calendar, at(instant));
        }
        (clock.spent_seconds, clock.due_at.map(|due| due.to_string()))
    }

    #[test]
    fn a_review_is_due_after_so_many_hours_of_office_time() {
        use ClockState::{Paused, Running, Stopped};
        let calendar = washington(vec![hours(None, 9, 17)]);
        let cases: &[Case<'_>] = &[
            (
                "from Friday noon over the weekend",
                8,
                &[("2027-02-05T17:00:00Z", Running)],
                (0, Some("2027-02-08T17:00:00Z")),
            ),
            (
                "over Presidents' Day, 15 February 2027",
                8,
                &[("2027-02-12T17:00:00Z", Running)],
                (0, Some("2027-02-16T17:00:00Z")),
            ),
            (
                "over Independence Day, a Sunday observed on Monday 5 July 2027",
                8,
                &[("2027-07-02T16:00:00Z", Running)],
                (0, Some("2027-07-06T16:00:00Z")),
            ),
            (
                "over the clock change of 14 March 2027: noon stays noon",
                8,
                &[("2027-03-12T17:00:00Z", Running)],
                (0, Some("2027-03-15T16:00:00Z")),
            ),
            (
                "over the clock change of 7 November 2027",
                8,
                &[("2027-11-05T16:00:00Z", Running)],
                (0, Some("2027-11-08T17:00:00Z")),
            ),
            (
                "a pause of a week counts nothing",
                8,
                &[
                    ("2027-02-01T14:00:00Z", Running),
                    ("2027-02-01T16:00:00Z", Paused),
                    ("2027-02-08T14:00:00Z", Running),
                ],
                (2 * 3600, Some("2027-02-08T20:00:00Z")),
            ),
            (
                "a pause that begins at night takes nothing back",
                8,
                &[
                    ("2027-02-01T14:00:00Z", Running),
                    ("2027-02-02T03:00:00Z", Paused),
                ],
                (8 * 3600, None),
            ),
            (
                "a clock that never ran stands still",
                8,
                &[("2027-02-01T14:00:00Z", Paused)],
                (0, None),
            ),
            (
                "a clock that has stopped runs no more",
                8,
                &[
                    ("2027-02-01T14:00:00Z", Running),
                    ("2027-02-01T15:00:00Z", Stopped),
                    ("2027-02-02T15:00:00Z", Running),
                ],
                (3600, None),
            ),
            (
                "a budget that is used up is due at once",
                1,
                &[
                    ("2027-02-01T14:00:00Z", Running),
                    ("2027-02-01T16:00:00Z", Paused),
                    ("2027-02-03T15:00:00Z", Running),
                ],
                (2 * 3600, Some("2027-02-03T15:00:00Z")),
            ),
        ];
        for (name, budget, steps, (spent, due)) in cases {
            assert_eq!(
                play(&calendar, *budget, steps),
                (*spent, due.map(str::to_owned)),
                "{name}"
            );
        }
    }

    #[test]
    fn a_change_of_hours_midway_counts_from_its_day_on() {
        let before = washington(vec![hours(None, 9, 17)]);
        // From Wednesday, 3 February 2027, the office closes at one.
        let after = washington(vec![hours(None, 9, 17), hours(Some((2027, 2, 3)), 9, 13)]);
        let mut clock = clock(24, "2027-02-01T14:00:00Z");
        clock.follow(ClockState::Running, &before, at("2027-02-01T14:00:00Z"));
        assert_eq!(clock.due_at, Some(at("2027-02-03T22:00:00Z")));
        assert_eq!(clock.due_under(&after), Some(at("2027-02-04T18:00:00Z")));
        // What was spent before the change is what the old hours say.
        assert_eq!(clock.spent(&after, at("2027-02-03T00:00:00Z")), 16 * 3600);
        assert_eq!(clock.spent(&after, at("2027-02-04T00:00:00Z")), 20 * 3600);
    }

    #[test]
    fn a_breach_may_be_noted_again_only_when_there_was_time_left() {
        let calendar = washington(vec![hours(None, 9, 17)]);
        let mut clock = clock(1, "2027-02-01T14:00:00Z");
        clock.follow(ClockState::Running, &calendar, at("2027-02-01T14:00:00Z"));
        clock.overdue_noted_at = Some(at("2027-02-01T15:00:00Z"));
        clock.follow(ClockState::Paused, &calendar, at("2027-02-01T18:00:00Z"));
        clock.follow(ClockState::Running, &calendar, at("2027-02-02T14:00:00Z"));
        assert!(clock.overdue_noted_at.is_some());
    }
}
