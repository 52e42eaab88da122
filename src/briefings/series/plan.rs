//! What the occurrences of a series are made from, and what a change of it means for one of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::series::model::Plan;
use crate::briefings::series::pattern::{Slot, minutes_before};
use crate::briefings::series::wire::{CreateBriefingSeries, DateOffset, UpdateBriefingSeries};
use crate::briefings::settings::in_order;
use crate::briefings::wire::UpdateBriefing;
use crate::kernel::day::Day;
use crate::kernel::http::Faults;
use crate::kernel::id::BriefingId;
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput};

impl Plan {
    /// The plan that a new series was sent with.
    #[must_use]
    pub fn of(input: &CreateBriefingSeries) -> Self {
        Self {
            title: text::clean(&input.title),
            topic: text::clean(&input.topic),
            summary: text::clean_optional(input.summary.as_deref()),
            internal_notes: text::clean_optional(input.internal_notes.as_deref()),
            marking: input.marking,
            format: input.format,
            rsvp_lead_minutes: input.rsvp_lead_minutes,
            access_lead_minutes: input.access_lead_minutes,
            reminder_hours: input.reminder_hours.as_deref().map(in_order),
            venue_id: input.venue_id.clone(),
            meeting_url: input.meeting_url.clone(),
            capacity: input.capacity,
            audience: input.audience.clone(),
            organization_id: input.organization_id.clone(),
            briefer_ids: input.briefer_ids.clone(),
        }
    }

    /// The plan after a change.
    #[must_use]
    pub fn changed(&self, change: &UpdateBriefingSeries) -> Self {
        let mut plan = self.clone();
        if let Some(title) = &change.title {
            plan.title = text::clean(title);
        }
        if let Some(topic) = &change.topic {
            plan.topic = text::clean(topic);
        }
        change.summary.clone().apply(&mut plan.summary);
        change
            .internal_notes
            .clone()
            .apply(&mut plan.internal_notes);
        plan.marking = change.marking.unwrap_or(plan.marking);
        plan.format = change.format.unwrap_or(plan.format);
        change
            .rsvp_lead_minutes
            .clone()
            .apply(&mut plan.rsvp_lead_minutes);
        change
            .access_lead_minutes
            .clone()
            .apply(&mut plan.access_lead_minutes);
        change
            .reminder_hours
            .clone()
            .apply(&mut plan.reminder_hours);
        plan.reminder_hours = plan.reminder_hours.as_deref().map(in_order);
        change.venue_id.clone().apply(&mut plan.venue_id);
        change.meeting_url.clone().apply(&mut plan.meeting_url);
        plan.capacity = change.capacity.unwrap_or(plan.capacity);
        if let Some(audience) = &change.audience {
            plan.audience = audience.clone();
        }
        change
            .organization_id
            .clone()
            .apply(&mut plan.organization_id);
        if let Some(briefers) = &change.briefer_ids {
            plan.briefer_ids.clone_from(briefers);
        }
        plan
    }

    /// A draft for one date.
    #[must_use]
    pub fn briefing(&self, slot: &Slot, now: Timestamp) -> Briefing {
        let deadline = |lead: Option<i64>| lead.map(|minutes| slot.before(minutes).utc());
        Briefing {
            id: BriefingId::fresh(),
            title_folded: text::fold(&self.title),
            title: self.title.clone(),
            topic: self.topic.clone(),
            summary: self.summary.clone(),
            internal_notes: self.internal_notes.clone(),
            marking: self.marking,
            status: BriefingStatus::Draft,
            format: self.format,
            time_zone: slot.starts_at.zone().name().to_owned(),
            starts_local: slot.starts_at.local(),
            starts_at: slot.starts_at.utc(),
            ends_local: slot.ends_at.local(),
            ends_at: slot.ends_at.utc(),
            rsvp_deadline: deadline(self.rsvp_lead_minutes),
            access_deadline: deadline(self.access_lead_minutes),
            venue_id: self.venue_id.clone(),
            meeting_url: self.meeting_url.clone(),
            capacity: self.capacity,
            audience: self.audience.scope,
            organization_id: self.organization_id.clone(),
            next_place: 1,
            reason: None,
            published_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            sequence: 0,
        }
    }
}

/// The change of one occurrence when the plan of its series changes from `before` to `after`, and its
/// time to that of `slot`. What it changed by itself stays. `None` when nothing is left to change.
#[must_use]
pub fn change_of(
    briefing: &Briefing,
    (before, after): (&Plan, &Plan),
    slot: Option<&Slot>,
    own: &BTreeSet<String>,
) -> Option<UpdateBriefing> {
    fn set<T: Clone + PartialEq>(before: &T, after: &T) -> Option<T> {
        (before != after).then(|| after.clone())
    }
    fn patch<T: Clone + PartialEq>(before: &Option<T>, after: &Option<T>) -> Patch<T> {
        match after {
            after if after == before => Patch::Keep,
            None => Patch::Clear,
            Some(value) => Patch::Set(value.clone()),
        }
    }
    let mut change = UpdateBriefing {
        title: set(&before.title, &after.title),
        topic: set(&before.topic, &after.topic),
        summary: patch(&before.summary, &after.summary),
        internal_notes: patch(&before.internal_notes, &after.internal_notes),
        marking: set(&before.marking, &after.marking),
        format: set(&before.format, &after.format),
        venue_id: patch(&before.venue_id, &after.venue_id),
        meeting_url: patch(&before.meeting_url, &after.meeting_url),
        capacity: set(&before.capacity, &after.capacity),
        audience: set(&before.audience, &after.audience),
        organization_id: patch(&before.organization_id, &after.organization_id),
        briefer_ids: set(&before.briefer_ids, &after.briefer_ids),
        reminder_hours: patch(&before.reminder_hours, &after.reminder_hours),
        ..UpdateBriefing::default()
    };
    let is_own = |name: &str| own.contains(name);
    let slot = slot.filter(|_| !is_own("starts_at"));
    if let Some(slot) = slot
        && (
            slot.starts_at.utc(),
            slot.ends_at.utc(),
            slot.starts_at.zone(),
        ) != (briefing.starts_at, briefing.ends_at, briefing.zone())
    {
        change.starts_at = Some(ZonedTimeInput::of(slot.starts_at));
        change.ends_at = Some(ZonedTimeInput::of(slot.ends_at));
    }
    let starts_at = slot.map_or_else(|| briefing.zoned(briefing.starts_at), |slot| slot.starts_at);
    let is_moved = change.starts_at.is_some();
    change.rsvp_deadline = deadline(
        &starts_at,
        is_moved,
        (before.rsvp_lead_minutes, after.rsvp_lead_minutes),
    );
    change.access_deadline = deadline(
        &starts_at,
        is_moved,
        (before.access_lead_minutes, after.access_lead_minutes),
    );
    keep_own(&mut change, own);
    (!crate::briefings::series::single::members_of(&change).is_empty()).then_some(change)
}

fn deadline(
    starts_at: &ZonedTime,
    is_moved: bool,
    (before, after): (Option<i64>, Option<i64>),
) -> Patch<ZonedTimeInput> {
    match after {
        None if before.is_some() => Patch::Clear,
        Some(minutes) if is_moved || before != after => {
            Patch::Set(ZonedTimeInput::of(minutes_before(starts_at, minutes)))
        }
        _ => Patch::Keep,
    }
}

/// Takes out of a change what an occurrence changed by itself.
fn keep_own(change: &mut UpdateBriefing, own: &BTreeSet<String>) {
    for member in own {
        match member.as_str() {
            "title" => change.title = None,
            "topic" => change.topic = None,
            "summary" => change.summary = Patch::Keep,
            "internal_notes" => change.internal_notes = Patch::Keep,
            "marking" => change.marking = None,
            "format" => change.format = None,
            "rsvp_deadline" => change.rsvp_deadline = Patch::Keep,
            "access_deadline" => change.access_deadline = Patch::Keep,
            "venue_id" => change.venue_id = Patch::Keep,
            "meeting_url" => change.meeting_url = Patch::Keep,
            "capacity" => change.capacity = None,
            "audience" => change.audience = None,
            "organization_id" => change.organization_id = Patch::Keep,
            "briefer_ids" => change.briefer_ids = None,
            "reminder_hours" => change.reminder_hours = Patch::Keep,
            _ => {}
        }
    }
}

/// The offset of the first date, from those of its two times: that of the one that occurs twice.
#[must_use]
pub fn offset_of_first(
    starts_at: Option<&ZonedTimeInput>,
    ends_at: Option<&ZonedTimeInput>,
    starts_local: Timestamp,
    zone: Tz,
) -> Option<String> {
    let of_start = starts_at.and_then(|at| at.offset.clone());
    let of_end = ends_at.and_then(|at| at.offset.clone());
    let plain = ZonedTimeInput::local(starts_local, zone, None);
    if plain.resolve("", &mut Faults::default()).is_some() {
        return of_end.or(of_start);
    }
    of_start.or(of_end)
}

/// The offsets by date; a date that is named twice is noted.
pub fn offsets_by_day(offsets: &[DateOffset], faults: &mut Faults) -> BTreeMap<Day, String> {
    let mut by_day = BTreeMap::new();
    for (index, one) in offsets.iter().enumerate() {
        let is_new = by_day.insert(one.date, one.offset.clone()).is_none();
        faults.require(
            is_new,
            &format!("/offsets/{index}/date"),
            "repeated",
            "is named twice",
        );
    }
    by_day
}
