//! A seat with its assembly: both locked before who sits there changes.

use crate::assemblies::aggregate as assembly_aggregate;
use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::model::Assembly;
use crate::assemblies::seats::incumbency::settle;
use crate::assemblies::seats::model::Seat;
use crate::assemblies::seats::queries::allowed_actions;
use crate::assemblies::seats::visible::find;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{AssemblyId, SeatId};

/// A seat and its assembly, locked.
#[derive(Debug)]
pub struct Whole {
    /// The assembly.
    pub assembly: Locked<Assembly>,
    /// The seat.
    pub seat: Locked<Seat>,
}

/// Locks a seat that the caller may see, with its assembly, after what is due to it has happened.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, scope: &Scope, id: &SeatId) -> Result<Whole, Problem> {
    let row = find(tx.conn, scope, id)?;
    acquire_in(tx, &row.assembly_id, id)
}

/// As [`acquire`], for whoever found the seat already.
///
/// # Errors
///
/// 404.
pub fn acquire_in(tx: &mut Tx<'_>, assembly: &AssemblyId, id: &SeatId) -> Result<Whole, Problem> {
    let assembly = assembly_aggregate::acquire(tx, assembly)?;
    let seat = Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    let seat = settle(tx, &assembly, seat)?;
    Ok(Whole { assembly, seat })
}

impl Whole {
    /// Refuses to change who sits in an assembly that is over.
    ///
    /// # Errors
    ///
    /// 409.
    pub fn expect_going_on(&self) -> Result<(), Problem> {
        expect_going_on(&self.assembly)
    }

    /// That something is not possible where the seat stands.
    #[must_use]
    pub fn refused(&self, scope: &Scope) -> Problem {
        Problem::new(
            Code::NotAllowedInState,
            format!(
                "This is not possible while the state is `{}`.",
                self.seat.status
            ),
        )
        .with("state", self.seat.status.as_str())
        .with("allowed_actions", allowed_actions(&self.seat, scope))
    }
}

/// Refuses to change who sits in an assembly that is over.
///
/// # Errors
///
/// 409.
pub fn expect_going_on(assembly: &Assembly) -> Result<(), Problem> {
    if assembly.status != AssemblyStatus::Concluded {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        "The assembly is concluded: its records stay as they are.",
    )
    .with("state", assembly.status.as_str())
    .with("allowed_actions", Vec::<String>::new()))
}
