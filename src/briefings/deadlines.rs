//! What happens to briefings because a time has come: reminders.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::settings::Settings;
use crate::briefings::{notices, reminders};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::BriefingId;
use crate::kernel::journal::{Event, Subject};
use crate::schema::briefing_reminders;

/// How many briefings the worker looks at in one transaction, at most.
const BATCH: i64 = 10;

/// Gives the reminders that are due. Returns how many briefings it looked at.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let mut due: Vec<BriefingId> = briefing_reminders::table
        .filter(briefing_reminders::next_at.le(tx.now))
        .order(briefing_reminders::next_at)
        .limit(BATCH)
        .select(briefing_reminders::briefing_id)
        .load(tx.conn)?;
    due.sort();
    for id in &due {
        if let Some(briefing) = Locked::<Briefing>::acquire(tx, id.as_str())? {
            look_at(tx, settings, &briefing)?;
        }
    }
    Ok(due.len())
}

fn look_at(
    tx: &mut Tx<'_>,
    settings: &Settings,
    briefing: &Locked<Briefing>,
) -> Result<(), Problem> {
    let Some(mut row) = reminders::load(tx.conn, &briefing.id)? else {
        return Ok(());
    };
    let is_on = briefing.status == BriefingStatus::Published && tx.now < briefing.starts_at;
    let hours = match row.own_hours() {
        _ if !is_on => Vec::new(),
        Some(own) => own,
        None => settings.reminder_hours.clone(),
    };
    if let Some(due) = row.due(&hours, briefing.starts_at, tx.now) {
        let mails = notices::remind(tx, briefing, due)?;
        // The office's own: cities are told by the mail itself.
        let subject = Subject {
            kind: "briefing",
            id: briefing.id.to_string(),
            version: Some(briefing.version),
        };
        tx.record(
            Event::new("briefing.reminded", subject)
                .organization(briefing.organization_id.as_ref())
                .marking(briefing.marking)
                .payload(json!({"hours": due, "mails": mails})),
        )?;
    }
    row.counted_from = tx.now;
    row.next_at = reminders::next_after(&hours, briefing.starts_at, tx.now);
    reminders::store(tx, &row)
}
