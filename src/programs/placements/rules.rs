//! Decisions about placements, without any input or output.

use chrono_tz::Tz;

use crate::kernel::day::Day;
use crate::kernel::http::Faults;
use crate::kernel::time::Timestamp;
use crate::programs::placements::lifecycle::PlacementStatus as S;
use crate::programs::placements::model::Placement;

/// Whether both sides had signed by the first day: such a placement begins by itself.
#[must_use]
pub fn is_signed_in_time(placement: &Placement) -> bool {
    placement
        .signed_at()
        .is_some_and(|signed_at| signed_at <= placement.starts_at)
}

/// What has happened to a placement by itself and is not written down yet: the next state, and the
/// instant at which it came.
#[must_use]
pub fn next_by_itself(placement: &Placement, now: Timestamp) -> Option<(S, Timestamp)> {
    match placement.status {
        S::Signed if is_signed_in_time(placement) && placement.starts_at <= now => {
            Some((S::Active, placement.starts_at))
        }
        status if status.is_serving() && placement.ends_at <= now => {
            Some((S::Completed, placement.ends_at))
        }
        _ => None,
    }
}

/// The placement as it is at this instant, whether or not anybody has come by to write it down:
/// what follows by itself counts as the change that it will be.
#[must_use]
pub fn as_of(placement: &Placement, now: Timestamp) -> Placement {
    let mut row = placement.clone();
    while let Some((status, at)) = next_by_itself(&row, now) {
        row.status = status;
        row.version += 1;
        row.updated_at = at;
    }
    row
}

/// Where a placement stands at this instant.
#[must_use]
pub fn status_at(placement: &Placement, now: Timestamp) -> S {
    as_of(placement, now).status
}

/// The days of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub starts_on: Day,
    /// The one after the last.
    pub ends_on: Day,
}

/// From when to when a term lasts in this zone: from midnight to midnight. `None` after noting at
/// the members of the body what is wrong with its days.
#[must_use]
pub fn instants(
    days: Days,
    zone: Tz,
    max_months: i64,
    faults: &mut Faults,
) -> Option<(Timestamp, Timestamp)> {
    if days.ends_on <= days.starts_on {
        faults.add(
            "/ends_on",
            "ends_before_start",
            "must come after the first day",
        );
        return None;
    }
    check_length(days, max_months, faults);
    let starts_at = midnight(days.starts_on, zone, "/starts_on", faults);
    let ends_at = midnight(days.ends_on, zone, "/ends_on", faults);
    Some((starts_at?, ends_at?))
}

/// Notes that a term is longer than the program allows.
pub fn check_length(days: Days, max_months: i64, faults: &mut Faults) {
    let latest = u32::try_from(max_months)
        .ok()
        .and_then(|months| days.starts_on.plus_months(months));
    faults.require(
        latest.is_some_and(|latest| days.ends_on <= latest),
        "/ends_on",
        "too_long",
        &format!("must come within the {max_months} months of the program"),
    );
}

/// When this day begins in this zone; `None` after noting that the zone has no such day.
pub fn midnight(day: Day, zone: Tz, pointer: &str, faults: &mut Faults) -> Option<Timestamp> {
    let found = day.begins_at(zone);
    if found.is_none() {
        faults.add(pointer, "no_such_day", "is a day that this time zone skips");
    }
    found
}

/// Whether the officer has, had or will have a place at the host by this placement.
#[must_use]
pub fn gives_access(placement: &Placement) -> bool {
    match placement.status {
        S::Signed => is_signed_in_time(placement),
        S::Active | S::Extended | S::Curtailed | S::Completed | S::Closed => true,
        S::Proposed | S::AgreementPending | S::Cancelled => false,
    }
}
