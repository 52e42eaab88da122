//! The life cycle of a series. Where its occurrences stand is their own affair.

use crate::kernel::access::Permission::{BriefingsPublish, BriefingsSchedule};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a series of briefings stands.
    pub enum SeriesStatus {
        /// Its occurrences are planned by its rule.
        Active => "active",
        /// Nothing more is planned by it.
        Ended => "ended",
    }
}

crate::text_enum! {
    /// What can be done with a series of briefings.
    pub enum SeriesAction {
        /// Book every draft.
        Schedule => "schedule",
        /// Show every scheduled occurrence to its audience.
        Publish => "publish",
        /// Go on with another series from a date on.
        Split => "split",
        /// Call off what is still to come.
        End => "end",
    }
}

use SeriesAction::{End, Publish, Schedule, Split};
use SeriesStatus::{Active, Ended};

/// The table.
pub const LIFECYCLE: Lifecycle<SeriesStatus, SeriesAction> = Lifecycle::new(&[
    // from  action    to      who
    (Active, Schedule, Active, BriefingsSchedule),
    (Active, Publish, Active, BriefingsPublish),
    (Active, Split, Active, BriefingsSchedule),
    (Active, End, Ended, BriefingsSchedule),
]);
