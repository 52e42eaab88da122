//! Leases: one replica at a time does a kind of work.

use diesel::prelude::*;

use crate::kernel::db::{Tx, dialect};
use crate::kernel::http::Problem;
use crate::kernel::time::Timestamp;
use crate::schema::worker_leases::dsl as table;

/// How long a lease holds after it was last renewed, in seconds.
const HOLDS_FOR: i64 = 10;

/// Takes or renews the lease on `name`. False while another holder has it.
///
/// # Errors
///
/// When the database fails.
pub fn hold(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<bool, Problem> {
    let expires_at = tx.now.plus_seconds(HOLDS_FOR);
    dialect::lock_by(tx.conn, "worker_leases", "name", name)?;
    let held: Option<(String, Timestamp)> = table::worker_leases
        .filter(table::name.eq(name))
        .select((table::holder, table::expires_at))
        .first(tx.conn)
        .optional()?;
    match held {
        None => {
            // Two replicas may meet here at the very first start; the primary key lets one in.
            diesel::insert_into(table::worker_leases)
                .values((
                    table::name.eq(name),
                    table::holder.eq(holder),
                    table::expires_at.eq(expires_at),
                ))
                .execute(tx.conn)?;
            Ok(true)
        }
        Some((other, until)) if other != holder && until > tx.now => Ok(false),
        Some(_) => {
            diesel::update(table::worker_leases.filter(table::name.eq(name)))
                .set((table::holder.eq(holder), table::expires_at.eq(expires_at)))
                .execute(tx.conn)?;
            Ok(true)
        }
    }
}

/// Gives the lease on `name` up, so that another need not wait for it to run out.
///
/// # Errors
///
/// When the database fails.
pub fn give_up(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), Problem> {
    diesel::delete(
        table::worker_leases
            .filter(table::name.eq(name))
            .filter(table::holder.eq(holder)),
    )
    .execute(tx.conn)?;
    Ok(())
}
