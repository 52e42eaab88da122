//! The life cycle of a briefing (docs/domain.md, "Briefings"). Whether registration is open
//! follows from the deadlines and is no state of its own.

use crate::kernel::access::Permission::{BriefingsClose, BriefingsPublish, BriefingsSchedule};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a briefing stands.
    pub enum BriefingStatus {
        /// Proposed by a desk officer; holds no booking.
        Draft => "draft",
        /// Time, briefers and venue are booked; not yet shown to its audience.
        Scheduled => "scheduled",
        /// Shown to its audience, who may register.
        Published => "published",
        /// Put off; its bookings are released, its registrations kept.
        Postponed => "postponed",
        /// Called off for good.
        Cancelled => "cancelled",
        /// Held.
        Delivered => "delivered",
        /// Held and written up.
        Closed => "closed",
    }
}

crate::text_enum! {
    /// What can be done with a briefing.
    pub enum BriefingAction {
        /// Book time, briefers and venue.
        Schedule => "schedule",
        /// Show it to its audience.
        Publish => "publish",
        /// Put it off and release its bookings.
        Postpone => "postpone",
        /// Call it off for good.
        Cancel => "cancel",
        /// Record that it was held.
        Deliver => "deliver",
        /// Record that it is written up.
        Close => "close",
    }
}

use BriefingAction::{Cancel, Close, Deliver, Postpone, Publish, Schedule};
use BriefingStatus::{Cancelled, Closed, Delivered, Draft, Postponed, Published, Scheduled};

/// The table.
pub const LIFECYCLE: Lifecycle<BriefingStatus, BriefingAction> = Lifecycle::new(&[
    // from     action    to         who
    (Draft, Schedule, Scheduled, BriefingsSchedule),
    (Scheduled, Publish, Published, BriefingsPublish),
    (Scheduled, Postpone, Postponed, BriefingsSchedule),
    (Scheduled, Cancel, Cancelled, BriefingsSchedule),
    (Published, Postpone, Postponed, BriefingsSchedule),
    (Published, Cancel, Cancelled, BriefingsSchedule),
    (Published, Deliver, Delivered, BriefingsSchedule),
    (Postponed, Schedule, Scheduled, BriefingsSchedule),
    (Postponed, Cancel, Cancelled, BriefingsSchedule),
    (Delivered, Close, Closed, BriefingsClose),
]);

impl BriefingStatus {
    /// Whether its briefers and venue are held for it.
    #[must_use]
    pub const fn holds_bookings(self) -> bool {
        matches!(
            self,
            Self::Scheduled | Self::Published | Self::Delivered | Self::Closed
        )
    }

    /// Whether it does not take place, for now or for good.
    #[must_use]
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Postponed | Self::Cancelled)
    }

    /// Whether its members may still be changed.
    #[must_use]
    pub const fn is_open_to_change(self) -> bool {
        matches!(
            self,
            Self::Draft | Self::Scheduled | Self::Published | Self::Postponed
        )
    }

    /// The states in which the audience sees a briefing that was published.
    pub const SHOWN_TO_AUDIENCE: [Self; 5] = [
        Self::Published,
        Self::Postponed,
        Self::Cancelled,
        Self::Delivered,
        Self::Closed,
    ];
}
