//! An assembly as a whole: locked before its rules, seats, holders or proxies change, and stored
//! under the version that was read.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::model::Assembly;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblyId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::assemblies;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "assembly";

/// An event about an assembly. Jurisdictions are told where it stands, once it is more than a draft.
#[must_use]
pub fn event(kind: &'static str, row: &Assembly) -> Event {
    let event = Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    );
    if row.status == AssemblyStatus::Draft {
        return event;
    }
    event.shared(json!({
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "version": row.version,
    }))
}

/// Locks an assembly.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, id: &AssemblyId) -> Result<Locked<Assembly>, Problem> {
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed assembly.
///
/// # Errors
///
/// When the database fails.
pub fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Assembly>,
    mut row: Assembly,
) -> Result<Assembly, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        assemblies::table
            .filter(assemblies::id.eq(&row.id))
            .filter(assemblies::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
