//! The occurrences of a series: finding, locking and adding them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::aggregate::{check_complete, event, summary};
use crate::briefings::audience::audience_values;
use crate::briefings::booking::{Kept, lock_resources, resources_of};
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::reminders;
use crate::briefings::series::conflicts::{self, Wanted};
use crate::briefings::series::model::{Occurrence, Plan, Series};
use crate::briefings::series::pattern::Slot;
use crate::briefings::series::single::read_members;
use crate::kernel::day::Day;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{BrieferId, BriefingId, BriefingSeriesId};
use crate::kernel::time::Timestamp;
use crate::schema::{
    bookings, briefing_audiences, briefing_briefers, briefing_occurrences,
    briefing_series_exceptions, briefings,
};

/// Rows that one statement inserts, at most.
const BATCH: usize = 1000;

/// An occurrence with its briefing, locked.
#[derive(Debug)]
pub struct Held {
    /// When the rule has it, on the clock on the wall.
    pub planned: Timestamp,
    /// Members that it changed by itself.
    pub own: BTreeSet<String>,
    /// The briefing.
    pub briefing: Locked<Briefing>,
    /// Who briefs.
    pub briefers: Vec<BrieferId>,
}

impl Held {
    /// The date that the rule has.
    #[must_use]
    pub fn day(&self) -> Day {
        Day::of_local(self.planned)
    }

    /// Whether it is still to come and may be changed.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.briefing.status.is_open_to_change() && self.briefing.starts_at > now
    }

    /// What it wants booked where it is at another time, with other people or elsewhere.
    #[must_use]
    pub fn wanting(&self, briefing: Briefing, briefers: &[BrieferId]) -> Wanted {
        Wanted {
            day: self.day(),
            resources: resources_of(&briefing, briefers),
            briefing,
        }
    }
}

/// Locks the current occurrences of a locked series that the rule has after `after`, in the order of
/// their dates. Briefings are locked in the order of their ids.
///
/// # Errors
///
/// 503 when a lock is not had in time.
pub fn lock(
    tx: &mut Tx<'_>,
    series: &Locked<Series>,
    after: Option<Timestamp>,
) -> Result<Vec<Held>, Problem> {
    let mut query = briefing_occurrences::table
        .filter(briefing_occurrences::series_id.eq(series.id.clone()))
        .filter(briefing_occurrences::is_current)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(briefing_occurrences::planned_local.gt(after));
    }
    let ids: Vec<BriefingId> = query
        .order(briefing_occurrences::briefing_id)
        .select(briefing_occurrences::briefing_id)
        .load(tx.conn)?;
    let mut locked = HashMap::new();
    for id in &ids {
        if let Some(briefing) = Locked::<Briefing>::acquire(tx, id.as_str())? {
            locked.insert(id.clone(), briefing);
        }
    }
    let mut briefers: HashMap<BriefingId, Vec<BrieferId>> = HashMap::new();
    let pairs: Vec<(BriefingId, BrieferId)> = briefing_briefers::table
        .filter(briefing_briefers::briefing_id.eq_any(ids.clone()))
        .order(briefing_briefers::briefer_id)
        .select((
            briefing_briefers::briefing_id,
            briefing_briefers::briefer_id,
        ))
        .load(tx.conn)?;
    for (briefing, briefer) in pairs {
        briefers.entry(briefing).or_default().push(briefer);
    }
    // Read under the locks: a change of one occurrence alone may have come in between.
    let rows: Vec<Occurrence> = briefing_occurrences::table
        .filter(briefing_occurrences::briefing_id.eq_any(ids))
        .order((
            briefing_occurrences::planned_local,
            briefing_occurrences::briefing_id,
        ))
        .select(Occurrence::as_select())
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(Held {
                planned: row.planned_local,
                own: read_members(&row.changed),
                briefers: briefers.remove(&row.briefing_id).unwrap_or_default(),
                briefing: locked.remove(&row.briefing_id)?,
            })
        })
        .collect())
}

/// Locks every briefer and venue that these want, in the order of their ids. Those in `kept` may be
/// retired.
///
/// # Errors
///
/// 422 when one is no longer booked.
pub fn lock_wanted(tx: &mut Tx<'_>, wanted: &[Wanted], kept: &Kept) -> Result<(), Problem> {
    let mut by_venue: BTreeMap<Option<String>, Briefing> = BTreeMap::new();
    let mut all: BTreeSet<BrieferId> = BTreeSet::new();
    for one in wanted {
        let venue = one.briefing.venue_id.as_ref().map(ToString::to_string);
        let briefers = one.resources.iter();
        all.extend(briefers.filter_map(|resource| resource.parse().ok()));
        let sample = by_venue
            .entry(venue)
            .or_insert_with(|| one.briefing.clone());
        // The largest decides whether the venue holds it.
        sample.capacity = sample.capacity.max(one.briefing.capacity);
    }
    let mut faults = Faults::default();
    let mut briefers: Vec<BrieferId> = all.into_iter().collect();
    for sample in by_venue.values() {
        lock_resources(tx, sample, &briefers, kept, &mut faults)?;
        // Once is enough; a fault of theirs is noted once.
        briefers.clear();
    }
    faults.finish()
}

/// Makes the occurrences of these dates from the plan, as drafts or booked at once, after looking for
/// conflicts of every one of them. The briefers and the venue are locked.
///
/// # Errors
///
/// 409 `schedule_conflict` naming every date that has one; 422 when something is missing for booking.
pub fn add(
    tx: &mut Tx<'_>,
    series: &BriefingSeriesId,
    plan: &Plan,
    slots: &[Slot],
    is_booked: bool,
) -> Result<(), Problem> {
    let mut made: Vec<Briefing> = slots
        .iter()
        .map(|slot| plan.briefing(slot, tx.now))
        .collect();
    let wanted: Vec<Wanted> = slots
        .iter()
        .zip(&made)
        .map(|(slot, briefing)| Wanted {
            day: slot.day(),
            resources: resources_of(briefing, &plan.briefer_ids),
            briefing: briefing.clone(),
        })
        .collect();
    conflicts::check(tx, &wanted)?;
    if is_booked && let Some(first) = made.first() {
        check_complete(first, &plan.briefer_ids)?;
    }
    for briefing in &mut made {
        if is_booked {
            briefing.status = BriefingStatus::Scheduled;
        }
    }
    store(tx, series, plan, slots, &made)?;
    for (briefing, one) in made.iter().zip(&wanted) {
        tx.record(
            event("briefing.created", briefing)
                .payload(json!({"after": summary(briefing), "series_id": series})),
        )?;
        if is_booked {
            tx.record(
                event("briefing.scheduled", briefing)
                    .payload(json!({"before": summary(&one.briefing), "after": summary(briefing)})),
            )?;
        }
    }
    Ok(())
}

fn store(
    tx: &mut Tx<'_>,
    series: &BriefingSeriesId,
    plan: &Plan,
    slots: &[Slot],
    made: &[Briefing],
) -> Result<(), Problem> {
    let occurrences: Vec<Occurrence> = slots
        .iter()
        .zip(made)
        .map(|(slot, briefing)| Occurrence {
            briefing_id: briefing.id.clone(),
            series_id: series.clone(),
            planned_local: slot.planned,
            is_current: true,
            changed: String::new(),
        })
        .collect();
    let briefers: Vec<_> = made
        .iter()
        .flat_map(|briefing| plan.briefer_ids.iter().map(move |id| (briefing, id)))
        .map(|(briefing, id)| {
            (
                briefing_briefers::briefing_id.eq(briefing.id.clone()),
                briefing_briefers::briefer_id.eq(id.clone()),
            )
        })
        .collect();
    let values = audience_values(&plan.audience);
    let audiences: Vec<_> = made
        .iter()
        .flat_map(|briefing| values.iter().map(move |value| (briefing, value)))
        .map(|(briefing, value)| {
            (
                briefing_audiences::briefing_id.eq(briefing.id.clone()),
                briefing_audiences::value.eq(value.clone()),
            )
        })
        .collect();
    let booked: Vec<_> = made
        .iter()
        .filter(|briefing| briefing.status.holds_bookings())
        .flat_map(|briefing| {
            let resources = resources_of(briefing, &plan.briefer_ids);
            resources
                .into_iter()
                .map(move |resource| (briefing, resource))
        })
        .map(|(briefing, resource)| {
            (
                bookings::resource_id.eq(resource),
                bookings::briefing_id.eq(briefing.id.clone()),
                bookings::starts_at.eq(briefing.starts_at),
                bookings::ends_at.eq(briefing.ends_at),
            )
        })
        .collect();
    for some in made.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, briefings::table, some)?;
    }
    for some in briefers.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, briefing_briefers::table, some)?;
    }
    for some in audiences.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, briefing_audiences::table, some)?;
    }
    for some in booked.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, bookings::table, some)?;
    }
    if let Some(hours) = &plan.reminder_hours {
        let ids = made.iter().map(|briefing| briefing.id.clone()).collect();
        reminders::set_hours_of_new(tx, ids, hours)?;
    }
    insert(tx, &occurrences)
}

/// Stores which briefings stand for which dates.
///
/// # Errors
///
/// When the database fails.
pub fn insert(tx: &mut Tx<'_>, occurrences: &[Occurrence]) -> Result<(), Problem> {
    for some in occurrences.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, briefing_occurrences::table, some)?;
    }
    Ok(())
}

/// Stores dates without an occurrence.
///
/// # Errors
///
/// When the database fails.
pub fn insert_exceptions(
    tx: &mut Tx<'_>,
    series: &BriefingSeriesId,
    planned: &[Timestamp],
) -> Result<(), Problem> {
    let rows: Vec<_> = planned
        .iter()
        .map(|planned| {
            (
                briefing_series_exceptions::series_id.eq(series.clone()),
                briefing_series_exceptions::planned_local.eq(*planned),
            )
        })
        .collect();
    for some in rows.chunks(BATCH) {
        crate::insert_all!(&mut *tx.conn, briefing_series_exceptions::table, some)?;
    }
    Ok(())
}

/// The dates without an occurrence that the rule has after `after`, on the clock on the wall.
///
/// # Errors
///
/// When the database fails.
pub fn exceptions(
    tx: &mut Tx<'_>,
    series: &BriefingSeriesId,
    after: Timestamp,
) -> Result<Vec<Timestamp>, Problem> {
    Ok(briefing_series_exceptions::table
        .filter(briefing_series_exceptions::series_id.eq(series))
        .filter(briefing_series_exceptions::planned_local.gt(after))
        .order(briefing_series_exceptions::planned_local)
        .select(briefing_series_exceptions::planned_local)
        .load(tx.conn)?)
}

/// Forgets the dates without an occurrence that the rule has after `after`.
///
/// # Errors
///
/// When the database fails.
pub fn forget_exceptions(
    tx: &mut Tx<'_>,
    series: &BriefingSeriesId,
    after: Timestamp,
) -> Result<(), Problem> {
    diesel::delete(
        briefing_series_exceptions::table
            .filter(briefing_series_exceptions::series_id.eq(series))
            .filter(briefing_series_exceptions::planned_local.gt(after)),
    )
    .execute(tx.conn)?;
    Ok(())
}
