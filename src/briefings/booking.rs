//! Bookings: which briefer and which venue is held when, and by which briefing.
//!
//! Whoever books locks the resource first, so two bookings of one resource meet in turn; a trigger
//! in the database stands behind that.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::briefings::model::Briefing;
use crate::directory::briefers::model::Briefer;
use crate::directory::venues::model::Venue;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BrieferId, BriefingId, VenueId};
use crate::kernel::time::Timestamp;
use crate::schema::{bookings, briefers, briefings, venues};

/// What a briefing names already and may go on naming, also where it is retired.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The briefers.
    pub briefers: Vec<BrieferId>,
    /// The venue.
    pub venue_id: Option<VenueId>,
    /// How many people, though the venue holds fewer by now.
    pub capacity: i64,
}

/// Locks the briefers and the venue in the order of their ids and notes at the members of the
/// body which of them do not exist, or are no longer booked and not kept.
///
/// # Errors
///
/// When the database fails.
pub fn lock_resources(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    briefers: &[BrieferId],
    kept: &Kept,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let mut in_order: Vec<(usize, &BrieferId)> = briefers.iter().enumerate().collect();
    in_order.sort_by_key(|(_, id)| *id);
    for (index, id) in in_order {
        let pointer = format!("/briefer_ids/{index}");
        let briefer = Locked::<Briefer>::acquire(tx, id.as_str())?;
        let found = briefer
            .as_ref()
            .map(|one| (one.name.as_str(), one.is_active));
        note_unusable(found, kept.briefers.contains(id), &pointer, faults);
    }
    if let Some(id) = &briefing.venue_id {
        let venue = Locked::<Venue>::acquire(tx, id.as_str())?;
        let found = venue.as_ref().map(|one| (one.name.as_str(), one.is_active));
        let is_kept = kept.venue_id.as_ref() == Some(id);
        note_unusable(found, is_kept, "/venue_id", faults);
        if let Some(places) = venue.and_then(|venue| venue.capacity) {
            faults.require(
                briefing.capacity <= places || is_kept && briefing.capacity <= kept.capacity,
                "/capacity",
                "venue_too_small",
                &format!("is more than the {places} people the venue holds"),
            );
        }
    }
    Ok(())
}

fn note_unusable(found: Option<(&str, bool)>, is_kept: bool, pointer: &str, faults: &mut Faults) {
    match found {
        None => faults.add(pointer, "unknown_reference", "does not exist"),
        Some((name, false)) if !is_kept => {
            let detail = format!("can no longer be booked: {name} was retired");
            faults.add(pointer, "inactive", &detail);
        }
        Some(_) => {}
    }
}

/// Notes which of the briefers and the venue of a briefing were retired since it was booked.
///
/// # Errors
///
/// When the database fails.
pub fn note_retired(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    ids: &[BrieferId],
    faults: &mut Faults,
) -> Result<(), Problem> {
    let retired: Vec<(BrieferId, String)> = briefers::table
        .filter(briefers::id.eq_any(ids.to_vec()))
        .filter(briefers::is_active.eq(false))
        .select((briefers::id, briefers::name))
        .load(tx.conn)?;
    for (index, id) in ids.iter().enumerate() {
        if let Some((_, name)) = retired.iter().find(|(retired, _)| retired == id) {
            let pointer = format!("/briefer_ids/{index}");
            note_unusable(Some((name, false)), false, &pointer, faults);
        }
    }
    if let Some(id) = &briefing.venue_id {
        let found: Option<(String, bool)> = venues::table
            .filter(venues::id.eq(id))
            .select((venues::name, venues::is_active))
            .first(tx.conn)
            .optional()?;
        let found = found
            .as_ref()
            .map(|(name, active)| (name.as_str(), *active));
        note_unusable(found, false, "/venue_id", faults);
    }
    Ok(())
}

/// Books the briefers and the venue of a briefing for its time, in place of what it held.
/// Their rows are locked ([`lock_resources`]).
///
/// # Errors
///
/// 409 `schedule_conflict` naming every other booking in the way.
pub fn book(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    wanted: &Briefing,
    briefers: &[BrieferId],
) -> Result<(), Problem> {
    release(tx, &briefing.id)?;
    let resources = resources_of(wanted, briefers);
    let conflicts = conflicts(tx, wanted, &resources)?;
    if !conflicts.is_empty() {
        return Err(Problem::new(
            Code::ScheduleConflict,
            "A briefer or the venue is booked for another briefing at that time.",
        )
        .with("conflicts", conflicts));
    }
    hold(tx, wanted, briefers)
}

/// Writes down what a briefing holds, after it was looked for bookings in the way.
///
/// # Errors
///
/// 409 when there is one after all.
pub(super) fn hold(
    tx: &mut Tx<'_>,
    wanted: &Briefing,
    briefers: &[BrieferId],
) -> Result<(), Problem> {
    for resource in resources_of(wanted, briefers) {
        diesel::insert_into(bookings::table)
            .values((
                bookings::resource_id.eq(resource),
                bookings::briefing_id.eq(&wanted.id),
                bookings::starts_at.eq(wanted.starts_at),
                bookings::ends_at.eq(wanted.ends_at),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// What a briefing holds while it is booked: its briefers and its venue.
pub(super) fn resources_of(briefing: &Briefing, briefers: &[BrieferId]) -> Vec<String> {
    briefers
        .iter()
        .map(ToString::to_string)
        .chain(briefing.venue_id.as_ref().map(ToString::to_string))
        .collect()
}

fn conflicts(
    tx: &mut Tx<'_>,
    wanted: &Briefing,
    resources: &[String],
) -> Result<Vec<Value>, Problem> {
    let rows: Vec<(String, BriefingId, String, Timestamp, Timestamp)> = bookings::table
        .inner_join(briefings::table)
        .filter(bookings::resource_id.eq_any(resources.to_vec()))
        .filter(bookings::briefing_id.ne(&wanted.id))
        .filter(bookings::starts_at.lt(wanted.ends_at))
        .filter(bookings::ends_at.gt(wanted.starts_at))
        .order((bookings::starts_at, bookings::resource_id))
        .limit(50)
        .select((
            bookings::resource_id,
            briefings::id,
            briefings::title,
            bookings::starts_at,
            bookings::ends_at,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(resource, briefing, title, starts_at, ends_at)| {
            json!({
                "resource": if resource.starts_with(BrieferId::PREFIX) { "briefer" } else { "venue" },
                "resource_id": resource,
                "briefing_id": briefing,
                "title": title,
                "starts_at": starts_at,
                "ends_at": ends_at,
            })
        })
        .collect())
}

/// Releases everything a briefing holds.
///
/// # Errors
///
/// When the database fails.
pub fn release(tx: &mut Tx<'_>, id: &BriefingId) -> Result<(), Problem> {
    diesel::delete(bookings::table.filter(bookings::briefing_id.eq(id))).execute(tx.conn)?;
    Ok(())
}
