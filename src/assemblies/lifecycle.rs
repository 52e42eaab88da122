//! The life cycle of an assembly (docs/domain.md, "Assemblies").

use crate::kernel::access::Permission::AssembliesWrite;
use crate::kernel::lifecycle::Lifecycle;

crate::text_enum! {
    /// Where an assembly stands.
    pub enum AssemblyStatus {
        /// Being prepared; only the office sees it.
        Draft => "draft",
        /// Jurisdictions nominate themselves for seats.
        Nominations => "nominations",
        /// Its cohort sits: sessions can be called.
        Seated => "seated",
        /// Its time is over; its records stay.
        Concluded => "concluded",
    }
}

crate::text_enum! {
    /// What can be done with an assembly.
    pub enum AssemblyAction {
        /// Let jurisdictions nominate themselves.
        OpenNominations => "open-nominations",
        /// Seat the cohort.
        Seat => "seat",
        /// End it.
        Conclude => "conclude",
    }
}

/// The table.
pub const LIFECYCLE: Lifecycle<AssemblyStatus, AssemblyAction> = Lifecycle::new(&[
    // from, action, to, who
    (
        AssemblyStatus::Draft,
        AssemblyAction::OpenNominations,
        AssemblyStatus::Nominations,
        AssembliesWrite,
    ),
    (
        AssemblyStatus::Draft,
        AssemblyAction::Seat,
        AssemblyStatus::Seated,
        AssembliesWrite,
    ),
    (
        AssemblyStatus::Nominations,
        AssemblyAction::Seat,
        AssemblyStatus::Seated,
        AssembliesWrite,
    ),
    (
        AssemblyStatus::Seated,
        AssemblyAction::Conclude,
        AssemblyStatus::Concluded,
        AssembliesWrite,
    ),
]);
