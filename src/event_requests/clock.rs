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
    diesel::update(
        table::event_request_clocks.filter(table::request_id.eq(&clock.request_id)),
    )
    .set(clock)
    .execute(tx.conn)?;
    Ok(())
}
