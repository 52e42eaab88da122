//! One briefing: locking it, what it needs and refers to, booking it, storing it, and what the journal
//! says of it.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::briefings::booking::Kept;
use crate::briefings::model::Briefing;
use crate::briefings::{booking, queries};
use crate::directory::organizations;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{BrieferId, BriefingId};
use crate::kernel::journal::{Event, Subject};
use crate::schema::{briefing_briefers, briefings};

/// An event about a briefing.
pub(super) fn event(kind: &'static str, briefing: &Briefing) -> Event {
    let event = Event::new(
        kind,
        Subject {
            kind: "briefing",
            id: briefing.id.to_string(),
            version: Some(briefing.version),
        },
    )
    .organization(briefing.organization_id.as_ref())
    .marking(briefing.marking);
    // What was planned before the publication stays the office's own affair.
    if briefing.published_at.is_none() {
        return event;
    }
    event.shared(json!({
        "title": briefing.title,
        "status": briefing.status,
        "starts_at": briefing.zoned(briefing.starts_at),
        "ends_at": briefing.zoned(briefing.ends_at),
    }))
}

/// What the journal keeps of a briefing; internal notes are left out.
pub(super) fn summary(briefing: &Briefing) -> Value {
    json!({
        "title": briefing.title,
        "status": briefing.status,
        "marking": briefing.marking,
        "starts_at": briefing.zoned(briefing.starts_at),
        "ends_at": briefing.zoned(briefing.ends_at),
        "venue_id": briefing.venue_id,
        "capacity": briefing.capacity,
    })
}

/// References exist, and each briefer is named once; resources are locked on the way.
pub(super) fn check_references(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    briefers: &[BrieferId],
    kept: &Kept,
    faults: &mut Faults,
) -> Result<(), Problem> {
    for (index, id) in briefers.iter().enumerate() {
        faults.require(
            !briefers.iter().take(index).any(|earlier| earlier == id),
            &format!("/briefer_ids/{index}"),
            "repeated",
            "is named twice",
        );
    }
    booking::lock_resources(tx, briefing, briefers, kept, faults)?;
    if let Some(id) = &briefing.organization_id {
        let exists = organizations::queries::exists(tx.conn, id)?;
        faults.require(
            exists,
            "/organization_id",
            "unknown_reference",
            "names no organization",
        );
    }
    Ok(())
}

/// Names these briefers in place of those it names.
pub(super) fn replace_briefers(
    tx: &mut Tx<'_>,
    id: &BriefingId,
    briefers: &[BrieferId],
) -> Result<(), Problem> {
    diesel::delete(briefing_briefers::table.filter(briefing_briefers::briefing_id.eq(id)))
        .execute(tx.conn)?;
    for briefer in briefers {
        diesel::insert_into(briefing_briefers::table)
            .values((
                briefing_briefers::briefing_id.eq(id),
                briefing_briefers::briefer_id.eq(briefer),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Locks a briefing that exists for the caller, at the version the change was made against.
pub(super) fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingId,
) -> Result<Locked<Briefing>, Problem> {
    queries::find(tx.conn, scope, id)?;
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed briefing.
pub(super) fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Briefing>,
    mut briefing: Briefing,
) -> Result<Briefing, Problem> {
    briefing.version = stored.version + 1;
    briefing.updated_at = tx.now;
    if briefing.is_other_appointment(stored) {
        briefing.sequence = stored.sequence + 1;
    }
    diesel::update(
        briefings::table
            .filter(briefings::id.eq(&briefing.id))
            .filter(briefings::version.eq(stored.version)),
    )
    .set(&briefing)
    .execute(tx.conn)?;
    Ok(briefing)
}

/// What a briefing needs before it is booked.
pub(super) fn check_complete(briefing: &Briefing, briefers: &[BrieferId]) -> Result<(), Problem> {
    use crate::briefings::model::BriefingFormat::{Hybrid, InPerson};
    let mut faults = Faults::default();
    faults.require(
        !briefers.is_empty(),
        "/briefer_ids",
        "required",
        "must name a briefer before the briefing is scheduled",
    );
    faults.require(
        briefing.venue_id.is_some() || !matches!(briefing.format, InPerson | Hybrid),
        "/venue_id",
        "required",
        "is required before a briefing where people meet in person is scheduled",
    );
    faults.finish()
}

/// Who looks for bookings that are in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflicts {
    /// Whoever books.
    Look,
    /// The caller has looked for all that it books.
    Checked,
}

/// Books its time in place of what it held.
pub(super) fn book(
    tx: &mut Tx<'_>,
    stored: &Locked<Briefing>,
    wanted: &Briefing,
    briefers: &[BrieferId],
    conflicts: Conflicts,
) -> Result<(), Problem> {
    match conflicts {
        Conflicts::Look => booking::book(tx, stored, wanted, briefers),
        Conflicts::Checked => {
            booking::release(tx, &stored.id)?;
            booking::hold(tx, wanted, briefers)
        }
    }
}
