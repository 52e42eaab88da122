//! From when until when something is scheduled.

use crate::kernel::http::Faults;
use crate::kernel::time::ZonedTime;

/// The longest that something scheduled may take, in seconds: two weeks, so that a slip of the year
/// is found.
const LONGEST: i64 = 14 * 24 * 3600;

/// Notes what is wrong with `starts_at` and `ends_at` of a body.
pub fn check_span(starts_at: &ZonedTime, ends_at: &ZonedTime, faults: &mut Faults) {
    let (starts, ends) = (starts_at.utc(), ends_at.utc());
    faults.require(
        starts_at.zone() == ends_at.zone(),
        "/ends_at/time_zone",
        "time_zone_differs",
        "must be the time zone of `starts_at`",
    );
    faults.require(
        starts < ends,
        "/ends_at",
        "ends_before_start",
        "must come after `starts_at`",
    );
    faults.require(
        starts.seconds_until(ends) <= LONGEST,
        "/ends_at",
        "too_long",
        "must come within two weeks of `starts_at`",
    );
}
