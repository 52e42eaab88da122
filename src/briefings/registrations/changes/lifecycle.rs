//! The life cycle of a change that came too late.

use crate::kernel::access::Permission::RegistrationsReview;
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a change stands.
    pub enum ChangeStatus {
        /// Waits for a decision.
        Pending => "pending",
        /// Was made.
        Accepted => "accepted",
        /// Is not made.
        Refused => "refused",
        /// A newer one took its place, or the registration was cancelled otherwise.
        Superseded => "superseded",
    }
}

crate::text_enum! {
    /// What can be done with a change.
    pub enum ChangeAction {
        /// Make it.
        Accept => "accept",
        /// Do not make it.
        Refuse => "refuse",
    }
}

use ChangeAction::{Accept, Refuse};
use ChangeStatus::{Accepted, Pending, Refused};

/// The table.
pub const LIFECYCLE: Lifecycle<ChangeStatus, ChangeAction> = Lifecycle::new(&[
    // from   action  to        who
    (Pending, Accept, Accepted, RegistrationsReview),
    (Pending, Refuse, Refused, RegistrationsReview),
]);
