//! A motion as a whole: locked before it changes, stored under the version that was read, and every
//! step written down with what the motion was at the time.

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::motions::model::{Motion, MotionStep, MotionText};
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, MotionId, PollId};
use crate::kernel::journal::{Event, Subject};
use crate::schema::{motion_steps, motion_texts, motions};

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "motion";

/// An event about a motion. Members are told where it stands once it was moved: what happens to a
/// draft is the affair of those who write it.
#[must_use]
pub fn event(kind: &'static str, row: &Motion) -> Event {
    let event = Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    );
    let Some(number) = row.number else {
        return event;
    };
    event.shared(json!({
        "id": row.id,
        "assembly_id": row.assembly_id,
        "session_id": row.session_id,
        "number": number,
        "title": row.title,
        "status": row.status,
        "amends_id": row.amends_id,
        "text_version": row.text_version,
        "version": row.version,
    }))
}

/// Locks a motion.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, id: &MotionId) -> Result<Locked<Motion>, Problem> {
    Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

/// Stores a changed motion.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, stored: &Locked<Motion>, mut row: Motion) -> Result<Motion, Problem> {
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        motions::table
            .filter(motions::id.eq(&row.id))
            .filter(motions::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}

/// A step that is about to be written down.
#[derive(Debug)]
pub struct Taken<'a> {
    /// What was done.
    pub action: MotionAction,
    /// Where the motion stood.
    pub from: MotionStatus,
    /// The session in which it was done; none of what belongs to no session.
    pub session: Option<&'a AssemblySessionId>,
    /// The poll that decided.
    pub poll: Option<&'a PollId>,
    /// What was said about it.
    pub note: Option<String>,
}

/// Writes down a step; `row` is the motion as it is after it.
///
/// # Errors
///
/// When the database fails.
pub fn add_step(tx: &mut Tx<'_>, row: &Motion, taken: Taken<'_>) -> Result<(), Problem> {
    let last: Option<i64> = motion_steps::table
        .filter(motion_steps::motion_id.eq(&row.id))
        .select(max(motion_steps::ordinal))
        .first(tx.conn)?;
    let actor = tx.context().actor.clone();
    diesel::insert_into(motion_steps::table)
        .values(MotionStep {
            motion_id: row.id.clone(),
            ordinal: last.unwrap_or_default() + 1,
            session_id: taken.session.cloned(),
            action: taken.action,
            from_status: taken.from,
            to_status: row.status,
            number: row.number,
            title: row.title.clone(),
            text_version: row.text_version,
            poll_id: taken.poll.cloned(),
            note: taken.note,
            actor_kind: actor.kind().to_owned(),
            actor_id: actor.id().map(str::to_owned),
            occurred_at: tx.now,
        })
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps the motion's text as it is now; `amendment` is what made it so, if an amendment did.
///
/// # Errors
///
/// When the database fails.
pub fn keep_text(
    tx: &mut Tx<'_>,
    row: &Motion,
    amendment: Option<&MotionId>,
) -> Result<(), Problem> {
    let actor = tx.context().actor.clone();
    diesel::insert_into(motion_texts::table)
        .values(MotionText {
            motion_id: row.id.clone(),
            version: row.text_version,
            title: row.title.clone(),
            text: row.text.clone(),
            amendment_id: amendment.cloned(),
            actor_kind: actor.kind().to_owned(),
            actor_id: actor.id().map(str::to_owned),
            created_at: tx.now,
        })
        .execute(tx.conn)?;
    Ok(())
}
