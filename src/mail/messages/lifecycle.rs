//! What staff may do with a mail, by what became of it. The other steps are the worker's.

use crate::kernel::access::Permission::MailWrite;
use crate::kernel::lifecycle::Lifecycle;
use crate::mail::model::MailStatus::{self, Bounced, Failed, InDoubt, Queued, Sent};

crate::text_enum! {
    /// What staff may do with a mail.
    pub enum MailAction {
        /// Record that it has arrived.
        Confirm => "confirm",
        /// Send it again.
        Resend => "resend",
        /// Record that it came back.
        Bounce => "bounce",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<MailStatus, MailAction> = Lifecycle::new(&[
    (InDoubt, MailAction::Confirm, Sent, MailWrite),
    (InDoubt, MailAction::Resend, Queued, MailWrite),
    (InDoubt, MailAction::Bounce, Bounced, MailWrite),
    (Failed, MailAction::Resend, Queued, MailWrite),
    (Bounced, MailAction::Resend, Queued, MailWrite),
    (Bounced, MailAction::Confirm, Sent, MailWrite),
    (Sent, MailAction::Bounce, Bounced, MailWrite),
]);
