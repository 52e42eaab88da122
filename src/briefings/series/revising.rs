//! Changing a series: what is still to come follows, and keeps its registrations. What has begun, was
//! called off or was changed by itself stays as it is.
//!
//! A change of time pairs dates in their order: the first that was planned becomes the first of the
//! new ones. A date that was excepted stays excepted in its place. New dates beyond those that were
//! planned are drafted; planned ones beyond the new dates are dropped.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use crate::briefings::aggregate::Conflicts;
use crate::briefings::booking::{self, Kept};
use crate::briefings::commands::change_locked;
use crate::briefings::model::Briefing;
use crate::briefings::series::advancing::{cut, ended};
use crate::briefings::series::commands::{
    acquire, acquire_active, check_plan, drop_occurrence, event, expect_action, finish,
    forget_occurrences, insert, pattern_of, retire, store, summary,
};
use crate::briefings::series::conflicts::{self, Wanted};
use crate::briefings::series::lifecycle::SeriesAction;
use crate::briefings::series::model::{Occurrence, Plan, Series};
use crate::briefings::series::occurrences::{self, Held};
use crate::briefings::series::pattern::{Drawing, Pattern, Slot};
use crate::briefings::series::plan::{change_of, offset_of_first, offsets_by_day};
use crate::briefings::series::rule::Rule;
use crate::briefings::series::wire::{SplitBriefingSeries, UpdateBriefingSeries};
use crate::briefings::wire::UpdateBriefing;
use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::BriefingSeriesId;
use crate::kernel::patch::Patch;
use crate::kernel::span::check_span;
use crate::kernel::time::{Timestamp, ZonedTime};

/// A change of a series and what it finds.
struct Revision<'a> {
    scope: &'a Scope,
    change: &'a UpdateBriefingSeries,
    /// Where the members of the change stand in the body.
    at: &'static str,
    /// The plan before and after.
    plans: (Plan, Plan),
    /// What is to come, in the order of its dates.
    held: Vec<Held>,
    /// Dates to come that are excepted.
    excepted: Vec<Timestamp>,
    /// What was planned before `after` does not change.
    after: Timestamp,
}

/// Changes a series and its occurrences to come.
///
/// # Errors
///
/// 404; 409 when it has ended, or naming every occurrence with a booking in its way; 412; 422 with
/// every broken rule.
pub fn update_briefing_series(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    change: &UpdateBriefingSeries,
) -> Result<Series, Problem> {
    let series = acquire_active(tx, scope, id, if_match)?;
    let after = cut(&series, None, tx.now);
    let held = occurrences::lock(tx, &series, Some(after))?;
    let excepted = occurrences::exceptions(tx, id, after)?;
    let plan = series.plan()?;
    let revision = Revision {
        scope,
        change,
        at: "",
        plans: (plan.clone(), plan.changed(change)),
        held,
        excepted,
        after,
    };
    let mut row = Series::clone(&series);
    revision.apply(tx, &series, &mut row)?;
    let row = store(tx, &series, row)?;
    tx.record(
        event("briefing_series.updated", &row)
            .payload(json!({"before": summary(&series), "after": summary(&row)})),
    )?;
    Ok(row)
}

/// Goes on with another series from a date on ("this and following"): its occurrences move over, and
/// what is other from then on is changed.
///
/// # Errors
///
/// 404; 409 when it has ended, or naming every occurrence with a booking in its way; 412; 422 with
/// every broken rule, among them a date that is not to come, or before which there is nothing.
pub fn split_briefing_series(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    input: &SplitBriefingSeries,
) -> Result<Series, Problem> {
    let series = acquire(tx, scope, id, if_match)?;
    expect_action(&series, scope, SeriesAction::Split)?;
    let after = cut(&series, Some(input.from), tx.now);
    let zone = series.zone();
    let old = pattern_of(&series, std::collections::BTreeMap::new())?;
    let dates = old
        .rule
        .dates(series.starts_local, zone)
        .map_err(|(_, detail)| Problem::internal(detail))?;
    let (kept, moved): (Vec<Timestamp>, Vec<Timestamp>) =
        dates.into_iter().partition(|date| *date <= after);
    let excepted = occurrences::exceptions(tx, id, after)?;
    let mut faults = Faults::default();
    let first = moved
        .first()
        .filter(|date| Day::of_local(**date) == input.from && !excepted.contains(date));
    faults.require(
        first.is_some(),
        "/from",
        "no_occurrence",
        "is no date to come on which the series has an occurrence",
    );
    faults.require(
        first.is_none() || !kept.is_empty(),
        "/from",
        "nothing_before",
        "is the first date; change the series itself",
    );
    faults.finish()?;
    let first = *first.ok_or_else(|| Problem::internal("a split has no first date"))?;
    let held = occurrences::lock(tx, &series, Some(after))?;
    let starts_at = held
        .iter()
        .find(|one| one.planned == first && !one.own.contains("starts_at"))
        .map_or_else(
            || ZonedTime::at_local(first, zone).utc(),
            |one| one.briefing.starts_at,
        );
    let length = series.starts_local.seconds_until(series.ends_local);
    let mut row = Series {
        id: BriefingSeriesId::fresh(),
        recurrence: old.rule.counting(moved.len()).to_string(),
        starts_local: first,
        starts_at,
        ends_local: first.plus_seconds(length),
        split_from_id: Some(id.clone()),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        ..Series::clone(&series)
    };
    insert(tx, &row)?;
    forget_occurrences(tx, &held)?;
    occurrences::forget_exceptions(tx, id, after)?;
    let rows: Vec<Occurrence> = held.iter().map(|one| row_of(one, &row.id)).collect();
    occurrences::insert(tx, &rows)?;
    occurrences::insert_exceptions(tx, &row.id, &excepted)?;
    let mut shortened = Series::clone(&series);
    shortened.recurrence = ended(&series, after)?;
    let shortened = store(tx, &series, shortened)?;
    let plan = series.plan()?;
    let revision = Revision {
        scope,
        change: &input.change,
        at: "/change",
        plans: (plan.clone(), plan.changed(&input.change)),
        held,
        excepted,
        after,
    };
    let new = Locked::<Series>::acquire(tx, row.id.as_str())?
        .ok_or_else(|| Problem::internal("a new series is lost"))?;
    revision.apply(tx, &new, &mut row)?;
    let row = store(tx, &new, row)?;
    tx.record(event("briefing_series.split", &shortened).payload(json!({
        "before": summary(&series),
        "after": summary(&shortened),
        "followed_by": row.id,
    })))?;
    tx.record(
        event("briefing_series.created", &row)
            .payload(json!({"after": summary(&row), "split_from_id": id})),
    )?;
    Ok(row)
}

fn row_of(held: &Held, series: &BriefingSeriesId) -> Occurrence {
    Occurrence {
        briefing_id: held.briefing.id.clone(),
        series_id: series.clone(),
        planned_local: held.planned,
        is_current: true,
        changed: Vec::from_iter(held.own.iter().cloned()).join(","),
    }
}

impl Revision<'_> {
    /// Whether dates or times change.
    const fn is_moving(&self) -> bool {
        self.change.starts_at.is_some()
            || self.change.ends_at.is_some()
            || self.change.recurrence.is_some()
    }

    fn apply(mut self, tx: &mut Tx<'_>, series: &Series, row: &mut Series) -> Result<(), Problem> {
        let mut faults = Faults::default();
        let mut drawn = None;
        if self.is_moving() {
            drawn = self.draw(tx.now, series, &mut faults)?;
        } else {
            let is_idle = self.change.except.is_empty() && self.change.offsets.is_empty();
            faults.require(
                is_idle,
                "/except",
                "not_applicable",
                "and `offsets` go with new dates: with `starts_at`, `ends_at` or `recurrence`",
            );
        }
        let sample = drawn
            .as_ref()
            .and_then(|(_, drawing)| drawing.slots.first());
        check_plan(tx, &self.plans.1, sample, &self.kept(), &mut faults)?;
        let impossible = drawn
            .as_ref()
            .map_or(&[][..], |(_, drawing)| drawing.impossible.as_slice());
        let mut placed = Faults::default();
        placed.add_all(self.at, faults);
        finish(placed, impossible)?;
        row.set_plan(&self.plans.1)?;
        let mut slots = HashMap::new();
        let mut fresh = Vec::new();
        if let Some((pattern, drawing)) = drawn {
            row.recurrence = pattern.rule.to_string();
            row.time_zone = pattern.zone.name().to_owned();
            row.starts_local = pattern.starts_local;
            row.starts_at = drawing.first(&pattern);
            row.ends_local = pattern.ends_local;
            (slots, fresh) = self.place(tx, &row.id, &drawing)?;
        }
        self.carry_out(tx, &slots)?;
        occurrences::add(tx, &row.id, &self.plans.1, &fresh, false)
    }

    /// The new dates, or `None` after noting what is wrong.
    fn draw(
        &self,
        now: Timestamp,
        series: &Series,
        faults: &mut Faults,
    ) -> Result<Option<(Pattern, Drawing)>, Problem> {
        let old = pattern_of(series, std::collections::BTreeMap::new())?;
        let next = self.held.first().map(|one| one.planned);
        let next = [next, self.excepted.first().copied()]
            .into_iter()
            .flatten()
            .min();
        let starts_at = match (&self.change.starts_at, next) {
            (Some(input), _) => input
                .resolve("/starts_at", faults)
                .map(|at| (at.local(), at.zone())),
            (None, Some(next)) => Some((next, series.zone())),
            (None, None) => {
                faults.add(
                    "/starts_at",
                    "required",
                    "is required where no occurrence is to come",
                );
                None
            }
        };
        let length = series.starts_local.seconds_until(series.ends_local);
        let ends_local = match &self.change.ends_at {
            Some(input) => input.resolve("/ends_at", faults).map(|ends_at| {
                let zone = starts_at.map(|(_, zone)| zone);
                faults.require(
                    zone.is_none_or(|zone| zone == ends_at.zone()),
                    "/ends_at/time_zone",
                    "time_zone_differs",
                    "must be the time zone of `starts_at`",
                );
                ends_at.local()
            }),
            None => starts_at.map(|(local, _)| local.plus_seconds(length)),
        };
        let rule = match &self.change.recurrence {
            Some(text) => Rule::parse(text)
                .map_err(|(code, detail)| faults.add("/recurrence", code, &detail))
                .ok(),
            None => Some(
                old.rule
                    .counting((self.held.len() + self.excepted.len()).max(1)),
            ),
        };
        let mut offsets = offsets_by_day(&self.change.offsets, faults);
        let (Some((starts_local, zone)), Some(ends_local), Some(rule)) =
            (starts_at, ends_local, rule)
        else {
            return Ok(None);
        };
        // As instants: the two may be on either side of a change of the clocks.
        check_span(
            &ZonedTime::at_local(starts_local, zone),
            &ZonedTime::at_local(ends_local, zone),
            faults,
        );
        faults.require(
            ZonedTime::at_local(starts_local, zone).utc() > now,
            "/starts_at",
            "in_past",
            "must be still to come: what has begun stays as it is",
        );
        let (first, last) = (self.change.starts_at.as_ref(), self.change.ends_at.as_ref());
        if let Some(offset) = offset_of_first(first, last, starts_local, zone) {
            offsets.entry(Day::of_local(starts_local)).or_insert(offset);
        }
        if !faults.is_empty() {
            return Ok(None);
        }
        let pattern = Pattern {
            rule,
            zone,
            starts_local,
            ends_local,
            offsets,
        };
        let except: BTreeSet<Day> = self.change.except.iter().copied().collect();
        let drawing = pattern.draw(&except, faults);
        Ok(Some((pattern, drawing)))
    }

    /// Pairs what was planned with the new dates in their order and writes down which briefing stands
    /// for which date. Tells the slot of each occurrence that has one, and the dates that need a new
    /// briefing; what has no date any more is dropped.
    fn place(
        &mut self,
        tx: &mut Tx<'_>,
        series: &BriefingSeriesId,
        drawing: &Drawing,
    ) -> Result<(HashMap<Timestamp, Slot>, Vec<Slot>), Problem> {
        let by_planned: HashMap<Timestamp, Slot> = drawing
            .slots
            .iter()
            .map(|slot| (slot.planned, *slot))
            .collect();
        let mut old: Vec<(Timestamp, Option<Held>)> = self
            .held
            .drain(..)
            .map(|one| (one.planned, Some(one)))
            .chain(self.excepted.iter().map(|planned| (*planned, None)))
            .collect();
        old.sort_by_key(|(planned, _)| *planned);
        let all: Vec<Held> = old.iter_mut().filter_map(|(_, one)| one.take()).collect();
        let mut at: HashMap<Timestamp, Held> =
            all.into_iter().map(|one| (one.planned, one)).collect();
        let mut new = drawing.planned.iter();
        let (mut slots, mut fresh, mut rows, mut excepted) =
            (HashMap::new(), Vec::new(), Vec::new(), Vec::new());
        for (planned, _) in old {
            let held = at.remove(&planned);
            let date = new.next().copied();
            match (held, date) {
                (Some(mut held), Some(date)) => {
                    let slot = by_planned.get(&date);
                    let stays = slot.is_some() || !held.is_open(tx.now);
                    if !stays {
                        excepted.push(date);
                        drop_occurrence(tx, self.scope, &held, None)?;
                        continue;
                    }
                    held.planned = date;
                    slots.extend(slot.map(|slot| (date, *slot)));
                    rows.push(held);
                }
                (Some(held), None) if held.is_open(tx.now) => {
                    drop_occurrence(tx, self.scope, &held, None)?;
                }
                // It has begun or was called off: it stays a record beside the new dates.
                (Some(held), None) => retire(tx, &held)?,
                (None, Some(date)) => excepted.push(date),
                (None, None) => {}
            }
        }
        for date in new {
            match by_planned.get(date) {
                Some(slot) => fresh.push(*slot),
                None => excepted.push(*date),
            }
        }
        forget_occurrences(tx, &rows)?;
        occurrences::forget_exceptions(tx, series, self.after)?;
        let written: Vec<Occurrence> = rows.iter().map(|one| row_of(one, series)).collect();
        occurrences::insert(tx, &written)?;
        occurrences::insert_exceptions(tx, series, &excepted)?;
        self.held = rows;
        Ok((slots, fresh))
    }

    /// Changes every occurrence that is open, after looking for conflicts of them all.
    fn carry_out(&self, tx: &mut Tx<'_>, slots: &HashMap<Timestamp, Slot>) -> Result<(), Problem> {
        let (before, after) = &self.plans;
        let changes: Vec<(&Held, UpdateBriefing)> = self
            .held
            .iter()
            .filter(|one| one.is_open(tx.now))
            .filter_map(|one| {
                let slot = slots.get(&one.planned);
                let change = change_of(&one.briefing, (before, after), slot, &one.own)?;
                Some((one, change))
            })
            .collect();
        let mut wanted = Vec::new();
        for (one, change) in &changes {
            if one.briefing.status.holds_bookings() {
                booking::release(tx, &one.briefing.id)?;
                wanted.push(self.wanted(one, change, slots));
            }
        }
        occurrences::lock_wanted(tx, &wanted, &self.kept())?;
        conflicts::check(tx, &wanted)?;
        for (one, change) in &changes {
            change_locked(tx, self.scope, &one.briefing, change, Conflicts::Checked)
                .map_err(|problem| problem.with("occurrences", vec![json!(one.day())]))?;
        }
        Ok(())
    }

    /// Who and what is named already and may be retired, unless other times are booked.
    fn kept(&self) -> Kept {
        if self.is_moving() {
            return Kept::default();
        }
        let plan = &self.plans.0;
        let own = self.held.iter().flat_map(|one| &one.briefers);
        Kept {
            briefers: plan.briefer_ids.iter().chain(own).cloned().collect(),
            venue_id: plan.venue_id.clone(),
            capacity: plan.capacity,
        }
    }

    fn wanted(
        &self,
        one: &Held,
        change: &UpdateBriefing,
        slots: &HashMap<Timestamp, Slot>,
    ) -> Wanted {
        let mut briefing = Briefing::clone(&one.briefing);
        if let (true, Some(slot)) = (change.starts_at.is_some(), slots.get(&one.planned)) {
            briefing.starts_at = slot.starts_at.utc();
            briefing.ends_at = slot.ends_at.utc();
        }
        match &change.venue_id {
            Patch::Keep => {}
            Patch::Clear => briefing.venue_id = None,
            Patch::Set(venue) => briefing.venue_id = Some(venue.clone()),
        }
        briefing.capacity = change.capacity.unwrap_or(briefing.capacity);
        let briefers = change.briefer_ids.as_ref().unwrap_or(&one.briefers);
        one.wanting(briefing, briefers)
    }
}
