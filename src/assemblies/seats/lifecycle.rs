//! The life cycle of a seat (docs/domain.md, "Assemblies").

use crate::kernel::access::Permission::{AssembliesWrite, SeatsNominate};
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where a seat stands.
    pub enum SeatStatus {
        /// The jurisdiction asks for it.
        Nominated => "nominated",
        /// Nobody holds it.
        Vacant => "vacant",
        /// Somebody holds it.
        Filled => "filled",
        /// It was not given, or is no longer asked for.
        Declined => "declined",
        /// The jurisdiction no longer has it.
        Retired => "retired",
    }
}

crate::text_enum! {
    /// What can be done with a seat.
    pub enum SeatAction {
        /// Name who holds it.
        Fill => "fill",
        /// Refuse the nomination.
        Decline => "decline",
        /// No longer ask for it.
        WithdrawNomination => "withdraw-nomination",
        /// End the holder's time, and the alternate's with it.
        Vacate => "vacate",
        /// Name who stands in for the holder.
        NameAlternate => "name-alternate",
        /// End the alternate's time.
        DismissAlternate => "dismiss-alternate",
        /// Take the seat away.
        Retire => "retire",
    }
}

crate::text_enum! {
    /// In what capacity somebody sits.
    pub enum Capacity {
        /// Holds the seat.
        Holder => "holder",
        /// Stands in for the holder.
        Alternate => "alternate",
    }
}

crate::text_enum! {
    /// Why somebody's time in a seat ended.
    pub enum EndReason {
        /// The office at home that the seat goes with ended.
        LeftOffice => "left_office",
        /// They gave it up.
        Resigned => "resigned",
        /// The jurisdiction named somebody else.
        Replaced => "replaced",
        /// They were removed.
        Removed => "removed",
        /// They died.
        Deceased => "deceased",
        /// The seat was taken away.
        SeatRetired => "seat_retired",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<SeatStatus, SeatAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        SeatStatus::Nominated,
        SeatAction::Fill,
        SeatStatus::Filled,
        AssembliesWrite,
    ),
    (
        SeatStatus::Nominated,
        SeatAction::Decline,
        SeatStatus::Declined,
        AssembliesWrite,
    ),
    (
        SeatStatus::Nominated,
        SeatAction::WithdrawNomination,
        SeatStatus::Declined,
        SeatsNominate,
    ),
    (
        SeatStatus::Vacant,
        SeatAction::Fill,
        SeatStatus::Filled,
        AssembliesWrite,
    ),
    (
        SeatStatus::Vacant,
        SeatAction::Retire,
        SeatStatus::Retired,
        AssembliesWrite,
    ),
    (
        SeatStatus::Filled,
        SeatAction::Vacate,
        SeatStatus::Vacant,
        AssembliesWrite,
    ),
    (
        SeatStatus::Filled,
        SeatAction::NameAlternate,
        SeatStatus::Filled,
        SeatsNominate,
    ),
    (
        SeatStatus::Filled,
        SeatAction::DismissAlternate,
        SeatStatus::Filled,
        SeatsNominate,
    ),
]);
