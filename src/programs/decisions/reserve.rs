//! The reserve: when a selected host steps back, the first of the reserve takes its place.

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::journal::Event;
use crate::programs::applications::aggregate::{internal, shared, store};
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;
use crate::schema::applications;

/// What the host is told that moves up.
const MOVED_UP: &str = "A place has become free.";

/// Fills the place of a host that has stepped back, and closes the ranks of the reserve: to be
/// called when an application was withdrawn, with the state in which it was before. The lock of the
/// call holds everyone else off its applications.
///
/// # Errors
///
/// When the database fails.
pub fn move_up(
    tx: &mut Tx<'_>,
    call: &Locked<Call>,
    was: ApplicationStatus,
) -> Result<(), Problem> {
    if call.status.is_before_decision() {
        return Ok(());
    }
    let mut reserve: Vec<Application> = applications::table
        .filter(applications::call_id.eq(&call.id))
        .filter(applications::status.eq(ApplicationStatus::Reserve))
        .order(applications::reserve_rank)
        .select(Application::as_select())
        .load(tx.conn)?;
    if was == ApplicationStatus::Selected && !reserve.is_empty() {
        let first = reserve.remove(0);
        take_place(tx, call, &first)?;
    }
    for (row, rank) in reserve.into_iter().zip(1..) {
        if row.reserve_rank != Some(rank) {
            change(tx, call, &row, "application.moved_up", |row| {
                row.reserve_rank = Some(rank);
            })?;
        }
    }
    Ok(())
}

fn take_place(tx: &mut Tx<'_>, call: &Call, first: &Application) -> Result<(), Problem> {
    change(tx, call, first, "application.selected", |row| {
        row.status = ApplicationStatus::Selected;
        row.reserve_rank = None;
        row.reason = Some(MOVED_UP.to_owned());
    })
}

fn change(
    tx: &mut Tx<'_>,
    call: &Call,
    before: &Application,
    kind: &'static str,
    change: impl FnOnce(&mut Application),
) -> Result<(), Problem> {
    let stored = Locked::<Application>::acquire(tx, before.id.as_str())?
        .ok_or_else(|| Problem::internal("an application of the reserve is gone"))?;
    let mut row = Application::clone(&stored);
    change(&mut row);
    let row = store(tx, &stored, row)?;
    tx.record(told(kind, &row, call).payload(json!({
        "by_itself": true,
        "reserve_rank": row.reserve_rank,
        "reason": row.reason,
    })))
}

/// The host is told when the call was announced.
fn told(kind: &'static str, row: &Application, call: &Call) -> Event {
    if call.status == CallStatus::Announced {
        shared(kind, row, call)
    } else {
        internal(kind, row)
    }
}
