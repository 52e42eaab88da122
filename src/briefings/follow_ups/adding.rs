//! Adding follow-ups, and when their owners are reminded.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::after_actions::wire::NewFollowUp;
use crate::briefings::follow_ups::model::{FollowUp, FollowUpStatus};
use crate::briefings::model::Briefing;
use crate::briefings::settings::Settings;
use crate::identity;
use crate::kernel::access::Permission;
use crate::kernel::day::Day;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{FollowUpId, UserId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::follow_ups;

const DAY: i64 = 24 * 3600;

/// An event about a follow-up: who and until when. What is to be done stays in the record.
pub(super) fn event(kind: &'static str, row: &FollowUp, marking: Marking) -> Event {
    let subject = Subject {
        kind: "follow_up",
        id: row.id.to_string(),
        version: Some(row.version),
    };
    Event::new(kind, subject).marking(marking).payload(json!({
        "briefing_id": row.briefing_id, "owner_id": row.owner_id,
        "due_on": row.due_on, "status": row.status,
    }))
}

/// When the owner of something that is due on this day is reminded next.
#[must_use]
pub fn next_reminder(settings: &Settings, due_on: Day, now: Timestamp) -> Option<Timestamp> {
    let due = due_on.begins_at(settings.office_zone)?;
    settings
        .follow_up_reminder_days
        .iter()
        .map(|days| due.plus_seconds(-days * DAY))
        .filter(|at| *at > now)
        .min()
}

/// When the owner is reminded first: at once where no reminder lies ahead, as of what is due today.
#[must_use]
pub fn first_reminder(settings: &Settings, due_on: Day, now: Timestamp) -> Timestamp {
    next_reminder(settings, due_on, now).unwrap_or(now)
}

/// Notes an owner who is nobody of the office.
///
/// # Errors
///
/// When the database fails.
pub fn check_owner(
    tx: &mut Tx<'_>,
    owner: &UserId,
    pointer: &str,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let permission = Permission::AfterActionsWrite;
    let is_staff = identity::queries::is_staff_with(tx.conn, owner, permission, tx.now)?;
    faults.require(
        is_staff,
        pointer,
        "unknown_reference",
        "names nobody of the office who settles follow-ups",
    );
    Ok(())
}

/// Notes a day that has passed.
pub fn check_day(
    settings: &Settings,
    now: Timestamp,
    due_on: Day,
    pointer: &str,
    faults: &mut Faults,
) {
    faults.require(
        due_on >= Day::of(now, settings.office_zone),
        pointer,
        "in_the_past",
        "must not have passed",
    );
}

/// Notes what is wrong with follow-ups that are to be added.
///
/// # Errors
///
/// When the database fails.
pub fn check(
    tx: &mut Tx<'_>,
    settings: &Settings,
    wanted: &[NewFollowUp],
    faults: &mut Faults,
) -> Result<(), Problem> {
    for (index, one) in wanted.iter().enumerate() {
        let at = |member: &str| format!("/follow_ups/{index}/{member}");
        check_owner(tx, &one.owner_id, &at("owner_id"), faults)?;
        check_day(settings, tx.now, one.due_on, &at("due_on"), faults);
    }
    Ok(())
}

/// Adds those of them that do not stand there already. They were checked, and the briefing has a
/// report.
///
/// # Errors
///
/// When the database fails.
pub fn add(
    tx: &mut Tx<'_>,
    settings: &Settings,
    briefing: &Locked<Briefing>,
    wanted: &[NewFollowUp],
) -> Result<(), Problem> {
    let mut there: Vec<(String, UserId, Day)> = follow_ups::table
        .filter(follow_ups::briefing_id.eq(&briefing.id))
        .select((follow_ups::task, follow_ups::owner_id, follow_ups::due_on))
        .load(tx.conn)?;
    for one in wanted {
        let new = (text::clean(&one.task), one.owner_id.clone(), one.due_on);
        if there.contains(&new) {
            continue;
        }
        let row = FollowUp {
            id: FollowUpId::fresh(),
            briefing_id: briefing.id.clone(),
            task: new.0.clone(),
            owner_id: one.owner_id.clone(),
            due_on: one.due_on,
            status: FollowUpStatus::Open,
            note: None,
            settled_at: None,
            settled_by: None,
            remind_at: Some(first_reminder(settings, one.due_on, tx.now)),
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
        };
        diesel::insert_into(follow_ups::table)
            .values(row.clone())
            .execute(tx.conn)?;
        tx.record(event("follow_up.added", &row, briefing.marking))?;
        there.push(new);
    }
    Ok(())
}
