//! Reminding the owners of follow-ups.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::appointment::may_be_told;
use crate::briefings::follow_ups::adding::next_reminder;
use crate::briefings::follow_ups::model::{FollowUp, FollowUpStatus};
use crate::briefings::model::Briefing;
use crate::briefings::settings::Settings;
use crate::briefings::told;
use crate::identity::model::UserStatus;
use crate::kernel::db::{Aggregate, Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::FollowUpId;
use crate::mail::outbox::{self, Draft, Recipient};
use crate::mail::template::Template;
use crate::schema::{follow_ups, users};

/// How many the worker looks at in one transaction, at most.
const BATCH: i64 = 100;

/// Gives the reminders that are due. Returns how many follow-ups it looked at.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let mut due: Vec<FollowUpId> = follow_ups::table
        .filter(follow_ups::remind_at.le(tx.now))
        .order(follow_ups::remind_at)
        .limit(BATCH)
        .select(follow_ups::id)
        .load(tx.conn)?;
    due.sort();
    for id in &due {
        if let Some(row) = Locked::<FollowUp>::acquire(tx, id.as_str())? {
            remind(tx, settings, &row)?;
        }
    }
    Ok(due.len())
}

fn remind(tx: &mut Tx<'_>, settings: &Settings, row: &FollowUp) -> Result<(), Problem> {
    // When the owner is reminded is no part of what is shown: the version stays.
    diesel::update(follow_ups::table.filter(follow_ups::id.eq(&row.id)))
        .set(follow_ups::remind_at.eq(next_reminder(settings, row.due_on, tx.now)))
        .execute(tx.conn)?;
    let owner: Option<(String, String)> = users::table
        .filter(users::id.eq(&row.owner_id))
        .filter(users::status.eq(UserStatus::Active))
        .select((users::name, users::email))
        .first(tx.conn)
        .optional()?;
    let briefing = Briefing::load(tx.conn, row.briefing_id.as_str())?;
    let (Some((name, email)), Some(briefing)) = (owner, briefing) else {
        return Ok(());
    };
    if row.status != FollowUpStatus::Open {
        return Ok(());
    }
    let venue = told::venue_of(tx.conn, &briefing)?;
    let task = may_be_told(&briefing).then_some(&row.task);
    let values = json!({
        "briefing": told::values(&briefing, venue.as_deref()),
        "person": {"name": name},
        "follow_up": {"title": task, "due": row.due_on},
        "reason": null,
        "link": null,
    });
    let reminder = row.remind_at.map(|at| at.to_string()).unwrap_or_default();
    outbox::queue(
        tx,
        Draft {
            template: Template::FollowUpDue,
            to: Recipient {
                name: Some(name),
                email,
            },
            organization_id: None,
            about: ("follow_up", row.id.to_string()),
            values,
            secret: None,
            meeting: None,
            urgent: false,
            once: format!("{}/{}/{reminder}", row.id, row.owner_id),
            not_before: None,
            useful_until: None,
        },
    )?;
    Ok(())
}
