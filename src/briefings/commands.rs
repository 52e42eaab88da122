//! Changing briefings: load locked, decide, store, record.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::aggregate::{
    Conflicts, acquire, book, check_complete, check_references, event, replace_briefers, store,
    summary,
};
use crate::briefings::audience::{check_audience, replace_audience};
use crate::briefings::booking::Kept;
use crate::briefings::lifecycle::{BriefingStatus, LIFECYCLE};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::seats::promote_waiting;
use crate::briefings::rules::{self, Times};
use crate::briefings::series::single;
use crate::briefings::wire::{Audience, CreateBriefing, UpdateBriefing};
use crate::briefings::{consequences, queries, reminders};
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{BrieferId, BriefingId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::kernel::time::{ZonedTime, ZonedTimeInput};
use crate::schema::briefings;

fn resolve(
    input: Option<&ZonedTimeInput>,
    pointer: &str,
    faults: &mut Faults,
) -> Option<ZonedTime> {
    input.and_then(|input| input.resolve(pointer, faults))
}

/// Drafts a briefing.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_briefing(tx: &mut Tx<'_>, input: CreateBriefing) -> Result<Briefing, Problem> {
    let mut faults = Faults::default();
    let starts_at = input.starts_at.resolve("/starts_at", &mut faults);
    let ends_at = input.ends_at.resolve("/ends_at", &mut faults);
    let rsvp_deadline = resolve(input.rsvp_deadline.as_ref(), "/rsvp_deadline", &mut faults);
    let access_deadline = resolve(
        input.access_deadline.as_ref(),
        "/access_deadline",
        &mut faults,
    );
    if let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at) {
        let times = Times {
            starts_at,
            ends_at,
            rsvp_deadline,
            access_deadline,
        };
        rules::check_times(&times, &mut faults);
    }
    check_audience(tx, &input.audience, &mut faults)?;
    let placeholder = ZonedTime::at(tx.now, chrono_tz::Tz::UTC);
    let (starts_at, ends_at) = (
        starts_at.unwrap_or(placeholder),
        ends_at.unwrap_or(placeholder),
    );
    let title = text::clean(&input.title);
    let briefing = Briefing {
        id: BriefingId::fresh(),
        title_folded: text::fold(&title),
        title,
        topic: text::clean(&input.topic),
        summary: text::clean_optional(input.summary.as_deref()),
        internal_notes: text::clean_optional(input.internal_notes.as_deref()),
        marking: input.marking,
        status: BriefingStatus::Draft,
        format: input.format,
        time_zone: starts_at.zone().name().to_owned(),
        starts_local: starts_at.local(),
        starts_at: starts_at.utc(),
        ends_local: ends_at.local(),
        ends_at: ends_at.utc(),
        rsvp_deadline: rsvp_deadline.map(|deadline| deadline.utc()),
        access_deadline: access_deadline.map(|deadline| deadline.utc()),
        venue_id: input.venue_id,
        meeting_url: input.meeting_url,
        capacity: input.capacity,
        audience: input.audience.scope,
        organization_id: input.organization_id,
        next_place: 1,
        reason: None,
        published_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        sequence: 0,
    };
    check_references(
        tx,
        &briefing,
        &input.briefer_ids,
        &Kept::default(),
        &mut faults,
    )?;
    faults.finish()?;
    diesel::insert_into(briefings::table)
        .values(briefing.clone())
        .execute(tx.conn)?;
    replace_briefers(tx, &briefing.id, &input.briefer_ids)?;
    replace_audience(tx, &briefing.id, &input.audience)?;
    if let Some(hours) = &input.reminder_hours {
        reminders::set_hours(tx, &briefing.id, Some(hours))?;
    }
    tx.record(event("briefing.created", &briefing).payload(json!({"after": summary(&briefing)})))?;
    Ok(briefing)
}

/// Changes a briefing. Where it is booked, the new time is booked in place of the old.
///
/// # Errors
///
/// 404; 409 when it is over, or the new time is taken; 412; 422 with every broken rule.
pub fn update_briefing(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingId,
    if_match: IfMatch,
    change: UpdateBriefing,
) -> Result<Briefing, Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    let briefing = change_locked(tx, scope, &stored, &change, Conflicts::Look)?;
    single::note_changed(tx, id, &change)?;
    Ok(briefing)
}

/// Changes a briefing that is locked.
pub(super) fn change_locked(
    tx: &mut Tx<'_>,
    scope: &Scope,
    stored: &Locked<Briefing>,
    change: &UpdateBriefing,
    conflicts: Conflicts,
) -> Result<Briefing, Problem> {
    let id = &stored.id;
    if !stored.status.is_open_to_change() {
        let allowed = LIFECYCLE.allowed(stored.status, |permission| scope.can(permission));
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "A briefing that is `{}` can no longer be changed.",
                stored.status
            ),
        )
        .with("state", stored.status.as_str())
        .with("allowed_actions", allowed));
    }
    let mut briefing = Briefing::clone(stored);
    let mut faults = Faults::default();
    apply(change, &mut briefing, &mut faults);
    if let Some(audience) = &change.audience {
        check_audience(tx, audience, &mut faults)?;
    }
    let named = queries::briefer_ids(tx.conn, id)?;
    let briefers = match &change.briefer_ids {
        Some(briefers) => briefers.clone(),
        None => named.clone(),
    };
    let kept = kept_by_change(stored, &briefing, named);
    check_references(tx, &briefing, &briefers, &kept, &mut faults)?;
    faults.finish()?;
    if change.briefer_ids.is_some() {
        replace_briefers(tx, id, &briefers)?;
    }
    if let Some(audience) = &change.audience {
        replace_audience(tx, id, audience)?;
    }
    if briefing.status.holds_bookings() {
        check_complete(&briefing, &briefers)?;
        book(tx, stored, &briefing, &briefers, conflicts)?;
    }
    let briefing = store(tx, stored, briefing)?;
    tx.record(event("briefing.updated", &briefing).payload(json!({
        "before": summary(stored),
        "after": summary(&briefing),
    })))?;
    consequences::of_change(tx, stored, &briefing, change)?;
    promote_waiting(tx, stored, &briefing)?;
    Ok(briefing)
}

/// What a change leaves as it was, and may be retired. A booked briefing at another time books whom it
/// names anew.
fn kept_by_change(stored: &Briefing, briefing: &Briefing, briefers: Vec<BrieferId>) -> Kept {
    let is_moved = (stored.starts_at, stored.ends_at) != (briefing.starts_at, briefing.ends_at);
    if stored.status.holds_bookings() && is_moved {
        return Kept::default();
    }
    Kept {
        briefers,
        venue_id: stored.venue_id.clone(),
        capacity: stored.capacity,
    }
}

fn apply(change: &UpdateBriefing, briefing: &mut Briefing, faults: &mut Faults) {
    if let Some(title) = &change.title {
        briefing.title = text::clean(title);
        briefing.title_folded = text::fold(&briefing.title);
    }
    if let Some(topic) = &change.topic {
        briefing.topic = text::clean(topic);
    }
    change.summary.clone().apply(&mut briefing.summary);
    change
        .internal_notes
        .clone()
        .apply(&mut briefing.internal_notes);
    change.venue_id.clone().apply(&mut briefing.venue_id);
    change.meeting_url.clone().apply(&mut briefing.meeting_url);
    change
        .organization_id
        .clone()
        .apply(&mut briefing.organization_id);
    briefing.marking = change.marking.unwrap_or(briefing.marking);
    briefing.format = change.format.unwrap_or(briefing.format);
    briefing.capacity = change.capacity.unwrap_or(briefing.capacity);
    if let Some(audience) = &change.audience {
        briefing.audience = audience.scope;
    }
    apply_times(change, briefing, faults);
}

fn apply_times(change: &UpdateBriefing, briefing: &mut Briefing, faults: &mut Faults) {
    let moved = |input: Option<&ZonedTimeInput>, pointer: &str, kept, faults: &mut Faults| {
        input.map_or(Some(kept), |input| input.resolve(pointer, faults))
    };
    let starts = moved(
        change.starts_at.as_ref(),
        "/starts_at",
        briefing.zoned(briefing.starts_at),
        faults,
    );
    let ends = moved(
        change.ends_at.as_ref(),
        "/ends_at",
        briefing.zoned(briefing.ends_at),
        faults,
    );
    let was = briefing.zoned(briefing.starts_at);
    let deadline = |patch: &Patch<ZonedTimeInput>,
                    pointer: &str,
                    kept: Option<ZonedTime>,
                    faults: &mut Faults| {
        match patch {
            Patch::Keep => kept.map(|kept| {
                starts.map_or(kept, |starts_at| rules::following(&kept, &was, &starts_at))
            }),
            Patch::Clear => None,
            Patch::Set(input) => input.resolve(pointer, faults),
        }
    };
    let rsvp_deadline = deadline(
        &change.rsvp_deadline,
        "/rsvp_deadline",
        briefing
            .rsvp_deadline
            .map(|instant| briefing.zoned(instant)),
        faults,
    );
    let access_deadline = deadline(
        &change.access_deadline,
        "/access_deadline",
        briefing
            .access_deadline
            .map(|instant| briefing.zoned(instant)),
        faults,
    );
    let (Some(starts_at), Some(ends_at)) = (starts, ends) else {
        return;
    };
    let times = Times {
        starts_at,
        ends_at,
        rsvp_deadline,
        access_deadline,
    };
    rules::check_times(&times, faults);
    briefing.time_zone = starts_at.zone().name().to_owned();
    briefing.starts_local = starts_at.local();
    briefing.starts_at = starts_at.utc();
    briefing.ends_local = ends_at.local();
    briefing.ends_at = ends_at.utc();
    briefing.rsvp_deadline = rsvp_deadline.map(|deadline| deadline.utc());
    briefing.access_deadline = access_deadline.map(|deadline| deadline.utc());
}

/// Deletes a draft; everything else is a record and stays.
///
/// # Errors
///
/// 404; 409 when it is no draft; 412.
pub fn delete_briefing(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    single::note_deleted(tx, id)?;
    delete_locked(tx, scope, &stored)
}

/// Deletes a draft that is locked.
pub(super) fn delete_locked(
    tx: &mut Tx<'_>,
    scope: &Scope,
    stored: &Locked<Briefing>,
) -> Result<(), Problem> {
    let id = &stored.id;
    if stored.status != BriefingStatus::Draft {
        let allowed = LIFECYCLE.allowed(stored.status, |permission| scope.can(permission));
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        return Err(Problem::new(
            Code::NotAllowedInState,
            "Only a draft can be deleted; cancel the briefing instead.",
        )
        .with("state", stored.status.as_str())
        .with("allowed_actions", allowed));
    }
    replace_briefers(tx, id, &[])?;
    replace_audience(tx, id, &Audience::default())?;
    reminders::forget(tx, id)?;
    diesel::delete(briefings::table.filter(briefings::id.eq(id))).execute(tx.conn)?;
    tx.record(event("briefing.deleted", stored).payload(json!({"before": summary(stored)})))
}
