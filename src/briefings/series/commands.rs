//! Starting a series, and excepting dates of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::briefings::advancing::advance_locked;
use crate::briefings::aggregate::{Conflicts, check_references};
use crate::briefings::audience::check_audience;
use crate::briefings::booking::Kept;
use crate::briefings::commands::delete_locked;
use crate::briefings::lifecycle::{BriefingAction, BriefingStatus};
use crate::briefings::series::lifecycle::{LIFECYCLE, SeriesAction, SeriesStatus};
use crate::briefings::series::model::{Plan, Series};
use crate::briefings::series::occurrences::{self, Held};
use crate::briefings::series::pattern::{Pattern, Slot};
use crate::briefings::series::plan::{offset_of_first, offsets_by_day};
use crate::briefings::series::queries;
use crate::briefings::series::rule::Rule;
use crate::briefings::series::wire::{
    AddSeriesException, CreateBriefingSeries, UndoSeriesException,
};
use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::BriefingSeriesId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::span::check_span;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::{briefing_occurrences, briefing_series, briefing_series_exceptions};

/// How events call a series.
pub const SUBJECT: &str = "briefing_series";

/// An event about a series, which is the office's own affair: cities are told of its briefings.
pub(super) fn event(kind: &'static str, series: &Series) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: series.id.to_string(),
            version: Some(series.version),
        },
    )
    .marking(series.marking)
}

/// What the journal keeps of a series.
pub(super) fn summary(series: &Series) -> Value {
    json!({
        "title": series.title,
        "status": series.status,
        "recurrence": series.recurrence,
        "starts_at": series.first(),
    })
}

/// Ends the checking of dates: beside the faults the problem has the dates on which the time does not
/// exist or occurs twice.
pub(super) fn finish(faults: Faults, impossible: &[Day]) -> Result<(), Problem> {
    let days: Vec<Value> = impossible.iter().map(|day| json!(day)).collect();
    faults.finish().map_err(|problem| {
        if days.is_empty() {
            problem
        } else {
            problem.with("occurrences", days)
        }
    })
}

/// Checks what a plan refers to, and locks its briefers and its venue.
pub(super) fn check_plan(
    tx: &mut Tx<'_>,
    plan: &Plan,
    slot: Option<&Slot>,
    kept: &Kept,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let placeholder = ZonedTime::at(tx.now, chrono_tz::Tz::UTC);
    let nowhere = Slot {
        planned: placeholder.local(),
        starts_at: placeholder,
        ends_at: placeholder,
    };
    let sample = plan.briefing(slot.unwrap_or(&nowhere), tx.now);
    check_audience(tx, &plan.audience, faults)?;
    check_references(tx, &sample, &plan.briefer_ids, kept, faults)
}

/// Starts a series: every occurrence that its rule has, as a draft or booked at once.
///
/// # Errors
///
/// 409 `schedule_conflict` naming every occurrence with a booking in its way; 422 with every broken
/// rule, and with the dates on which the time does not exist or occurs twice.
pub fn create_briefing_series(
    tx: &mut Tx<'_>,
    input: &CreateBriefingSeries,
) -> Result<Series, Problem> {
    let mut faults = Faults::default();
    let plan = Plan::of(input);
    let starts_at = input.starts_at.resolve("/starts_at", &mut faults);
    let ends_at = input.ends_at.resolve("/ends_at", &mut faults);
    let rule = Rule::parse(&input.recurrence)
        .map_err(|(code, detail)| faults.add("/recurrence", code, &detail))
        .ok();
    let mut offsets = offsets_by_day(&input.offsets, &mut faults);
    let except: BTreeSet<Day> = input.except.iter().copied().collect();
    let mut pattern = None;
    if let (Some(starts_at), Some(ends_at), Some(rule)) = (starts_at, ends_at, rule) {
        check_span(&starts_at, &ends_at, &mut faults);
        let (first, last) = (Some(&input.starts_at), Some(&input.ends_at));
        if let Some(offset) = offset_of_first(first, last, starts_at.local(), starts_at.zone()) {
            offsets
                .entry(Day::of_local(starts_at.local()))
                .or_insert(offset);
        }
        pattern = Some(Pattern {
            rule,
            zone: starts_at.zone(),
            starts_local: starts_at.local(),
            ends_local: ends_at.local(),
            offsets,
        });
    }
    // A span that is none has no occurrences to speak of.
    let drawing = match &pattern {
        Some(pattern) if faults.is_empty() => pattern.draw(&except, &mut faults),
        _ => crate::briefings::series::pattern::Drawing::default(),
    };
    check_plan(
        tx,
        &plan,
        drawing.slots.first(),
        &Kept::default(),
        &mut faults,
    )?;
    finish(faults, &drawing.impossible)?;
    let pattern = pattern.ok_or_else(|| Problem::internal("a series has no pattern"))?;
    let mut series = Series {
        id: BriefingSeriesId::fresh(),
        title: String::new(),
        title_folded: String::new(),
        marking: plan.marking,
        status: SeriesStatus::Active,
        recurrence: pattern.rule.to_string(),
        time_zone: pattern.zone.name().to_owned(),
        starts_local: pattern.starts_local,
        starts_at: drawing.first(&pattern),
        ends_local: pattern.ends_local,
        plan: String::new(),
        split_from_id: None,
        reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    series.set_plan(&plan)?;
    insert(tx, &series)?;
    occurrences::insert_exceptions(tx, &series.id, &drawing.excepted)?;
    occurrences::add(tx, &series.id, &plan, &drawing.slots, input.schedule)?;
    tx.record(event("briefing_series.created", &series).payload(json!({
        "after": summary(&series),
        "occurrences": drawing.slots.len(),
    })))?;
    Ok(series)
}

/// Stores a new series.
pub(super) fn insert(tx: &mut Tx<'_>, series: &Series) -> Result<(), Problem> {
    diesel::insert_into(briefing_series::table)
        .values(series.clone())
        .execute(tx.conn)?;
    Ok(())
}

/// Locks a series that exists for the caller, at the version the change was made against.
pub(super) fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
) -> Result<Locked<Series>, Problem> {
    queries::find(tx.conn, scope, id)?;
    let series = Locked::<Series>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    series.expect(if_match)?;
    Ok(series)
}

/// The same where the series must be one that has not ended, for what is no action of its own.
pub(super) fn acquire_active(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
) -> Result<Locked<Series>, Problem> {
    let series = acquire(tx, scope, id, if_match)?;
    if series.status == SeriesStatus::Active {
        return Ok(series);
    }
    Err(refusal(
        &series,
        scope,
        "A series that has ended can no longer be changed.",
    ))
}

/// 409: not from here.
pub(super) fn refusal(series: &Series, scope: &Scope, detail: &str) -> Problem {
    let allowed = LIFECYCLE.allowed(series.status, |permission| scope.can(permission));
    let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    Problem::new(Code::NotAllowedInState, detail)
        .with("state", series.status.as_str())
        .with("allowed_actions", allowed)
}

/// Stores a changed series.
pub(super) fn store(
    tx: &mut Tx<'_>,
    stored: &Locked<Series>,
    mut series: Series,
) -> Result<Series, Problem> {
    series.version = stored.version + 1;
    series.updated_at = tx.now;
    diesel::update(
        briefing_series::table
            .filter(briefing_series::id.eq(&series.id))
            .filter(briefing_series::version.eq(stored.version)),
    )
    .set(&series)
    .execute(tx.conn)?;
    Ok(series)
}

/// Takes an occurrence out: a draft is deleted, anything else is called off and kept as a record.
pub(super) fn drop_occurrence(
    tx: &mut Tx<'_>,
    scope: &Scope,
    held: &Held,
    reason: Option<&str>,
) -> Result<(), Problem> {
    let id = &held.briefing.id;
    if held.briefing.status == BriefingStatus::Draft {
        diesel::delete(
            briefing_occurrences::table.filter(briefing_occurrences::briefing_id.eq(id)),
        )
        .execute(tx.conn)?;
        return delete_locked(tx, scope, &held.briefing);
    }
    retire(tx, held)?;
    if held.briefing.status == BriefingStatus::Cancelled {
        return Ok(());
    }
    advance_locked(
        tx,
        scope,
        &held.briefing,
        BriefingAction::Cancel,
        reason,
        Conflicts::Look,
    )?;
    Ok(())
}

/// Lets an occurrence no longer stand for its date; it stays a record of the series.
pub(super) fn retire(tx: &mut Tx<'_>, held: &Held) -> Result<(), Problem> {
    diesel::update(
        briefing_occurrences::table.filter(briefing_occurrences::briefing_id.eq(&held.briefing.id)),
    )
    .set(briefing_occurrences::is_current.eq(false))
    .execute(tx.conn)?;
    Ok(())
}

/// Leaves a date of a series without its occurrence.
///
/// # Errors
///
/// 404; 409 when the series has ended; 412; 422 when it has no occurrence to come on that date.
pub fn add_briefing_series_exception(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    input: &AddSeriesException,
) -> Result<Series, Problem> {
    let series = acquire_active(tx, scope, id, if_match)?;
    let held = occurrences::lock(tx, &series, None)?;
    let mut faults = Faults::default();
    let found = held.iter().find(|one| one.day() == input.date);
    match found {
        None => faults.add(
            "/date",
            "no_occurrence",
            "is no date on which the series has an occurrence",
        ),
        Some(one) => faults.require(
            one.is_open(tx.now) || one.briefing.status == BriefingStatus::Cancelled,
            "/date",
            "occurrence_over",
            "is a date on which the occurrence has begun",
        ),
    }
    faults.finish()?;
    let found = found.ok_or_else(|| Problem::internal("an occurrence is lost"))?;
    drop_occurrence(tx, scope, found, input.reason.as_deref())?;
    occurrences::insert_exceptions(tx, id, &[found.planned])?;
    let row = store(tx, &series, Series::clone(&series))?;
    tx.record(
        event("briefing_series.excepted", &row)
            .payload(json!({"date": input.date, "reason": input.reason})),
    )?;
    Ok(row)
}

/// Gives a date of a series its occurrence after all, as a draft.
///
/// # Errors
///
/// 404; 409 when the series has ended or something is booked at that time; 412; 422 when the date is
/// no exception, or has no such time.
pub fn undo_briefing_series_exception(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    input: &UndoSeriesException,
) -> Result<Series, Problem> {
    let series = acquire_active(tx, scope, id, if_match)?;
    let excepted: Vec<Timestamp> = briefing_series_exceptions::table
        .filter(briefing_series_exceptions::series_id.eq(id))
        .select(briefing_series_exceptions::planned_local)
        .load(tx.conn)?;
    let planned = excepted
        .into_iter()
        .find(|planned| Day::of_local(*planned) == input.date);
    let mut faults = Faults::default();
    faults.require(
        planned.is_some(),
        "/date",
        "no_exception",
        "is no exception of the series",
    );
    let plan = series.plan()?;
    let offsets = input
        .offset
        .iter()
        .map(|offset| (input.date, offset.clone()));
    let pattern = pattern_of(&series, offsets.collect())?;
    let slot = planned.and_then(|planned| pattern.slot(planned, &mut faults));
    check_plan(tx, &plan, slot.as_ref(), &Kept::default(), &mut faults)?;
    faults.finish()?;
    let slot = slot.ok_or_else(|| Problem::internal("an exception has no time"))?;
    occurrences::add(tx, id, &plan, &[slot], false)?;
    diesel::delete(
        briefing_series_exceptions::table
            .filter(briefing_series_exceptions::series_id.eq(id))
            .filter(briefing_series_exceptions::planned_local.eq(slot.planned)),
    )
    .execute(tx.conn)?;
    let row = store(tx, &series, Series::clone(&series))?;
    tx.record(event("briefing_series.restored", &row).payload(json!({"date": input.date})))?;
    Ok(row)
}

/// The pattern of a stored series.
pub(super) fn pattern_of(
    series: &Series,
    offsets: BTreeMap<Day, String>,
) -> Result<Pattern, Problem> {
    Ok(Pattern {
        rule: Rule::parse(&series.recurrence).map_err(|(_, detail)| Problem::internal(detail))?,
        zone: series.zone(),
        starts_local: series.starts_local,
        ends_local: series.ends_local,
        offsets,
    })
}

/// Whether an action is possible from here.
pub(super) fn expect_action(
    series: &Series,
    scope: &Scope,
    action: SeriesAction,
) -> Result<SeriesStatus, Problem> {
    LIFECYCLE.after(series.status, action, |permission| scope.can(permission))
}

/// Forgets what an occurrence was of; used where its rows are written anew.
pub(super) fn forget_occurrences(tx: &mut Tx<'_>, held: &[Held]) -> Result<(), Problem> {
    let ids: Vec<_> = held.iter().map(|one| one.briefing.id.clone()).collect();
    diesel::delete(
        briefing_occurrences::table.filter(briefing_occurrences::briefing_id.eq_any(ids)),
    )
    .execute(tx.conn)?;
    Ok(())
}
