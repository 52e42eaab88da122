//! Decisions about briefings, without any input or output.

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::kernel::http::Faults;
use crate::kernel::span::check_span;
use crate::kernel::time::{Timestamp, ZonedTime};

/// The times of a briefing, as they were asked for.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// When it starts.
    pub starts_at: ZonedTime,
    /// When it ends.
    pub ends_at: ZonedTime,
    /// When registration closes.
    pub rsvp_deadline: Option<ZonedTime>,
    /// When the list of attendees goes to the venue's guard.
    pub access_deadline: Option<ZonedTime>,
}

/// Notes what is wrong with the times.
pub fn check_times(times: &Times, faults: &mut Faults) {
    check_span(&times.starts_at, &times.ends_at, faults);
    let starts = times.starts_at.utc();
    for (deadline, pointer) in [
        (times.rsvp_deadline, "/rsvp_deadline"),
        (times.access_deadline, "/access_deadline"),
    ] {
        faults.require(
            deadline.is_none_or(|deadline| deadline.utc() <= starts),
            pointer,
            "deadline_after_start",
            "must not come after `starts_at`",
        );
    }
}

/// A deadline after its briefing has moved: as long before the start as it was, on the clock on the
/// wall, so that "at noon on the day before" stays what it is. Never after the start.
#[must_use]
pub fn following(deadline: &ZonedTime, was: &ZonedTime, starts_at: &ZonedTime) -> ZonedTime {
    if (was.utc(), was.zone()) == (starts_at.utc(), starts_at.zone()) {
        return *deadline;
    }
    before_start(starts_at, deadline.local().seconds_until(was.local()))
}

/// So many seconds before the start, on the clock on the wall, and never after the start. Where the
/// clock skips that time, the first instant after the gap.
#[must_use]
pub fn before_start(starts_at: &ZonedTime, seconds: i64) -> ZonedTime {
    let local = starts_at.local().plus_seconds(-seconds);
    let wanted = ZonedTime::at_local(local, starts_at.zone());
    if wanted.utc() > starts_at.utc() {
        return *starts_at;
    }
    wanted
}

/// Until when the audience may register: the earliest of the deadlines and the start.
#[must_use]
pub fn registration_closes_at(briefing: &Briefing) -> Timestamp {
    [briefing.rsvp_deadline, briefing.access_deadline]
        .into_iter()
        .flatten()
        .fold(briefing.starts_at, Timestamp::min)
}

/// Whether the audience may register now.
#[must_use]
pub fn is_registration_open(briefing: &Briefing, now: Timestamp) -> bool {
    briefing.status == BriefingStatus::Published && now < registration_closes_at(briefing)
}

/// Whether a city's change of a registration comes too late to be made at once: registration is
/// over, and the briefing takes place.
#[must_use]
pub fn is_late_for_changes(briefing: &Briefing, now: Timestamp) -> bool {
    !briefing.status.is_off() && registration_closes_at(briefing) <= now
}

/// Whether someone on the waitlist may still get a seat that comes free: not once the list of
/// attendees has gone to the venue (docs/domain.md, scenario 6), nor after the start.
#[must_use]
pub fn may_promote(briefing: &Briefing, now: Timestamp) -> bool {
    let is_alive = matches!(
        briefing.status,
        BriefingStatus::Published | BriefingStatus::Scheduled | BriefingStatus::Postponed
    );
    let limit = briefing
        .access_deadline
        .map_or(briefing.starts_at, |deadline| {
            deadline.min(briefing.starts_at)
        });
    is_alive && now < limit
}

/// The lowest seat of `capacity` that is not in `taken`, which is sorted.
///
/// A capacity that was cut below the seats taken frees nothing and evicts nobody.
#[must_use]
pub fn free_seat(taken: &[i64], capacity: i64) -> Option<i64> {
    if i64::try_from(taken.len()).unwrap_or(i64::MAX) >= capacity {
        return None;
    }
    let mut seat = 1;
    for &held in taken {
        if held == seat {
            seat += 1;
        } else if held > seat {
            break;
        }
    }
    Some(seat)
}

/// The seat that a new registration gets, or `None` for the waitlist. Nobody passes those who
/// wait already.
#[must_use]
pub fn seat_for_newcomer(taken: &[i64], capacity: i64, waiting: i64) -> Option<i64> {
    if waiting > 0 {
        return None;
    }
    free_seat(taken, capacity)
}

/// How long before the start a check-in counts, in seconds: twelve hours, so that badges are handed out
/// in the morning for an evening, and the mistaken briefing of another day is refused.
const DOORS_OPEN: i64 = 12 * 3600;

/// From when on a check-in counts. There is no end but the closing of the briefing: a list on paper is
/// typed in on the next day.
#[must_use]
pub fn check_in_opens_at(briefing: &Briefing) -> Timestamp {
    briefing.starts_at.plus_seconds(-DOORS_OPEN)
}

/// Whether attendance is taken: from publication until the briefing is written up.
#[must_use]
pub fn takes_attendance(briefing: &Briefing) -> bool {
    matches!(
        briefing.status,
        BriefingStatus::Published | BriefingStatus::Delivered
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_newcomer_never_passes_those_who_wait() {
        assert_eq!(seat_for_newcomer(&[1, 3], 3, 0), Some(2));
        assert_eq!(seat_for_newcomer(&[1, 3], 3, 1), None);
        assert_eq!(seat_for_newcomer(&[1, 2, 3], 3, 0), None);
    }

    #[test]
    fn a_cut_capacity_frees_no_seat_until_enough_have_left() {
        assert_eq!(free_seat(&[1, 2, 3, 4, 5], 3), None);
        assert_eq!(free_seat(&[4, 5], 3), Some(1));
    }

    proptest! {
        #[test]
        fn seats_are_given_until_all_are_taken_and_never_twice(
            capacity in 1_i64..40,
            leaving in prop::collection::vec(0_usize..40, 0..40),
        ) {
            let mut taken: Vec<i64> = Vec::new();
            for index in leaving {
                while let Some(seat) = free_seat(&taken, capacity) {
                    prop_assert!(!taken.contains(&seat));
                    prop_assert!((1..=capacity).contains(&seat));
                    taken.push(seat);
                    taken.sort_unstable();
                }
                prop_assert_eq!(i64::try_from(taken.len()).unwrap(), capacity);
                taken.remove(index % taken.len());
            }
        }
    }
}
