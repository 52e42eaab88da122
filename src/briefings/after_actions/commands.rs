//! Filing after-action reports.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use serde_json::json;

use crate::briefings::after_actions::model::AfterAction;
use crate::briefings::after_actions::queries::of_briefing;
use crate::briefings::after_actions::wire::FileAfterAction;
use crate::briefings::aggregate::acquire;
use crate::briefings::follow_ups::adding;
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::RegistrationStatus;
use crate::briefings::settings::Settings;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::BriefingId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::text;
use crate::schema::{after_actions, registrations};

/// Files the report on a briefing, in place of an earlier one. Tells whether it is the first.
///
/// # Errors
///
/// 404; 409 before the briefing was held; 412 and 428 when there is a report; 422 with every broken
/// rule.
pub fn file_after_action(
    tx: &mut Tx<'_>,
    scope: &Scope,
    settings: &Settings,
    id: &BriefingId,
    if_match: Option<IfMatch>,
    input: &FileAfterAction,
) -> Result<(AfterAction, bool), Problem> {
    let (me, _) = scope.person()?;
    let briefing = acquire(tx, scope, id)?;
    if !matches!(
        briefing.status,
        BriefingStatus::Delivered | BriefingStatus::Closed
    ) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "An after-action report is written once the briefing was held.",
        )
        .with("state", briefing.status.as_str()));
    }
    let earlier = of_briefing(tx.conn, id)?;
    let version = next_version(earlier.as_ref(), if_match)?;
    let mut faults = Faults::default();
    adding::check(tx, settings, &input.follow_ups, &mut faults)?;
    faults.finish()?;
    let (registered, attended) = figures(tx, &briefing)?;
    let outcomes: Vec<String> = input
        .outcomes
        .iter()
        .map(|outcome| text::clean(&outcome.0))
        .collect();
    let row = AfterAction {
        briefing_id: id.clone(),
        summary: text::clean(&input.summary),
        outcomes: serde_json::to_string(&outcomes).map_err(Problem::internal)?,
        registered,
        attended,
        walk_ins: input.walk_ins,
        filed_by: me.clone(),
        version,
        created_at: earlier
            .as_ref()
            .map_or(tx.now, |earlier| earlier.created_at),
        updated_at: tx.now,
    };
    if earlier.is_none() {
        diesel::insert_into(after_actions::table)
            .values(row.clone())
            .execute(tx.conn)?;
    } else {
        diesel::update(after_actions::table.filter(after_actions::briefing_id.eq(id)))
            .set(&row)
            .execute(tx.conn)?;
    }
    let kind = if earlier.is_none() {
        "after_action.filed"
    } else {
        "after_action.revised"
    };
    tx.record(event(kind, &briefing, &row))?;
    adding::add(tx, settings, &briefing, &input.follow_ups)?;
    Ok((row, earlier.is_none()))
}

fn next_version(earlier: Option<&AfterAction>, if_match: Option<IfMatch>) -> Result<i64, Problem> {
    let Some(earlier) = earlier else {
        return Ok(1);
    };
    let if_match = if_match.ok_or_else(|| {
        Problem::new(
            Code::PreconditionRequired,
            "There is a report, which would be replaced: send its ETag as If-Match.",
        )
        .with("current_version", earlier.version)
    })?;
    if_match.check(earlier.version)?;
    Ok(earlier.version + 1)
}

/// How many have a seat, and how many came.
fn figures(tx: &mut Tx<'_>, briefing: &Locked<Briefing>) -> Result<(i64, i64), Problem> {
    Ok(registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.eq(RegistrationStatus::Confirmed))
        .select((count_star(), count(registrations::checked_in_at)))
        .first(tx.conn)?)
}

/// What the journal keeps of a report: its figures. What it says stays in it.
fn event(kind: &'static str, briefing: &Briefing, row: &AfterAction) -> Event {
    let subject = Subject {
        kind: "after_action",
        id: row.briefing_id.to_string(),
        version: Some(row.version),
    };
    Event::new(kind, subject)
        .marking(briefing.marking)
        .payload(json!({
            "briefing_id": row.briefing_id, "registered": row.registered,
            "attended": row.attended, "walk_ins": row.walk_ins,
        }))
}
