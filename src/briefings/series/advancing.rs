//! Actions on a whole series: all of what they are about, or nothing.

use std::collections::BTreeSet;

use serde_json::json;

use crate::briefings::advancing::advance_locked;
use crate::briefings::aggregate::Conflicts;
use crate::briefings::booking::Kept;
use crate::briefings::lifecycle::{BriefingAction, BriefingStatus};
use crate::briefings::series::commands::{
    acquire, drop_occurrence, event, expect_action, refusal, store, summary,
};
use crate::briefings::series::conflicts::{self, Wanted};
use crate::briefings::series::lifecycle::SeriesAction;
use crate::briefings::series::model::Series;
use crate::briefings::series::occurrences::{self, Held};
use crate::briefings::series::rule::Rule;
use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, IfMatch, Problem};
use crate::kernel::id::BriefingSeriesId;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, ZonedTime};

/// The occurrences in this state that are not left out.
fn chosen(held: Vec<Held>, status: BriefingStatus, except: &[Day]) -> Result<Vec<Held>, Problem> {
    let mut faults = Faults::default();
    for (index, day) in except.iter().enumerate() {
        faults.require(
            held.iter().any(|one| one.day() == *day),
            &format!("/except/{index}"),
            "no_occurrence",
            "is no date on which the series has an occurrence",
        );
    }
    faults.finish()?;
    let except: BTreeSet<&Day> = except.iter().collect();
    Ok(held
        .into_iter()
        .filter(|one| one.briefing.status == status && !except.contains(&one.day()))
        .collect())
}

/// Books every draft of a series, or none.
///
/// # Errors
///
/// 404; 409 when there is no draft, or naming every occurrence with a booking in its way; 412; 422 when
/// something is missing.
pub fn schedule_briefing_series(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    except: &[Day],
) -> Result<Series, Problem> {
    let series = acquire(tx, scope, id, if_match)?;
    expect_action(&series, scope, SeriesAction::Schedule)?;
    let held = occurrences::lock(tx, &series, None)?;
    let held = chosen(held, BriefingStatus::Draft, except)?;
    if held.is_empty() {
        return Err(refusal(&series, scope, "No occurrence is a draft."));
    }
    let wanted: Vec<Wanted> = held
        .iter()
        .map(|one| one.wanting(one.briefing.clone(), &one.briefers))
        .collect();
    occurrences::lock_wanted(tx, &wanted, &Kept::default())?;
    conflicts::check(tx, &wanted)?;
    for one in &held {
        advance_locked(
            tx,
            scope,
            &one.briefing,
            BriefingAction::Schedule,
            None,
            Conflicts::Checked,
        )?;
    }
    let row = store(tx, &series, Series::clone(&series))?;
    tx.record(
        event("briefing_series.scheduled", &row).payload(json!({"occurrences": held.len()})),
    )?;
    Ok(row)
}

/// Shows every scheduled occurrence of a series to its audience.
///
/// # Errors
///
/// 404; 409 when none is scheduled; 412; 422 for a date without an occurrence.
pub fn publish_briefing_series(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    except: &[Day],
) -> Result<Series, Problem> {
    let series = acquire(tx, scope, id, if_match)?;
    expect_action(&series, scope, SeriesAction::Publish)?;
    let held = occurrences::lock(tx, &series, None)?;
    let held = chosen(held, BriefingStatus::Scheduled, except)?;
    if held.is_empty() {
        return Err(refusal(&series, scope, "No occurrence is scheduled."));
    }
    for one in &held {
        advance_locked(
            tx,
            scope,
            &one.briefing,
            BriefingAction::Publish,
            None,
            Conflicts::Checked,
        )?;
    }
    let row = store(tx, &series, Series::clone(&series))?;
    tx.record(
        event("briefing_series.published", &row).payload(json!({"occurrences": held.len()})),
    )?;
    Ok(row)
}

/// The last local second before a day begins, or now, whichever is later: what comes after it is
/// still to come and from that day on.
pub(super) fn cut(series: &Series, from: Option<Day>, now: Timestamp) -> Timestamp {
    let zone = series.zone();
    let now = ZonedTime::at(now, zone).local();
    from.map_or(now, |day| day.starts_local().plus_seconds(-1).max(now))
}

/// Ends a series: what is still to come from a date on is deleted while it is a draft, and called off
/// otherwise.
///
/// # Errors
///
/// 404; 409 when it has ended; 412.
pub fn end_briefing_series(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingSeriesId,
    if_match: IfMatch,
    from: Option<Day>,
    reason: Option<&str>,
) -> Result<Series, Problem> {
    let series = acquire(tx, scope, id, if_match)?;
    let status = expect_action(&series, scope, SeriesAction::End)?;
    let after = cut(&series, from, tx.now);
    let held = occurrences::lock(tx, &series, Some(after))?;
    let dropped: Vec<&Held> = held.iter().filter(|one| one.is_open(tx.now)).collect();
    for one in &dropped {
        drop_occurrence(tx, scope, one, reason)?;
    }
    occurrences::forget_exceptions(tx, id, after)?;
    let mut row = Series::clone(&series);
    row.status = status;
    row.reason = text::clean_optional(reason);
    row.recurrence = ended(&series, after)?;
    let row = store(tx, &series, row)?;
    tx.record(event("briefing_series.ended", &row).payload(json!({
        "before": summary(&series),
        "after": summary(&row),
        "occurrences": dropped.len(),
        "reason": row.reason,
    })))?;
    Ok(row)
}

/// The rule of a series whose last date is not after `after`, on the clock on the wall. One that would
/// have no date at all stays what it was.
pub(super) fn ended(series: &Series, after: Timestamp) -> Result<String, Problem> {
    let internal = |(_, detail)| Problem::internal(detail);
    let rule = Rule::parse(&series.recurrence).map_err(internal)?;
    let zone = series.zone();
    let dates = rule.dates(series.starts_local, zone).map_err(internal)?;
    let last = dates.into_iter().rfind(|date| *date <= after);
    Ok(last.map_or_else(
        || series.recurrence.clone(),
        |last| {
            rule.until(ZonedTime::at_local(last, zone).utc())
                .to_string()
        },
    ))
}
