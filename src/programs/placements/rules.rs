//! Decisions about placements, without any input or output.

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

/// Where a placement stands at this instant, whether or not anybody has come by to write it down.
#[must_use]
pub fn status_at(placement: &Placement, now: Timestamp) -> S {
    let mut row = placement.clone();
    while let Some((status, _)) = next_by_itself(&row, now) {
        row.status = status;
    }
    row.status
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
