//! What the journal says of a seat, and storing it under the version that was read. It is locked with
//! its assembly ([`crate::assemblies::seats::whole`]).

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::seats::lifecycle::SeatStatus;
use crate::assemblies::seats::model::Seat;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::journal::{Event, Subject};
use crate::schema::seats;

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "seat";

/// An event about a seat, an affair of its jurisdiction. Whoever may see the seat is told where it
/// stands, and nothing of what was asked for or said. That it was asked for at all is told to nobody:
/// members see the seat once it is given, and what was told of it before would come with it.
#[must_use]
pub fn event(kind: &'static str, row: &Seat) -> Event {
    let event = Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .organization(Some(&row.organization_id));
    if row.status == SeatStatus::Nominated {
        return event;
    }
    event.shared(json!({
        "id": row.id,
        "assembly_id": row.assembly_id,
        "organization_id": row.organization_id,
        "status": row.status,
        "version": row.version,
    }))
}

/// What the journal says of a seat.
#[must_use]
pub fn summary(row: &Seat) -> Value {
    json!({
        "status": row.status,
        "region": row.region,
        "population": row.population,
        "affiliation": row.affiliation,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "nominee_id": row.nominee_id,
        "nominee_office": row.nominee_office,
        "statement": row.statement,
        "reason": row.reason,
    })
}

/// Stores a changed seat.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, stored: &Locked<Seat>, mut row: Seat) -> Result<Seat, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        seats::table
            .filter(seats::id.eq(&row.id))
            .filter(seats::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}
