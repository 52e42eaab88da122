//! Amendments: what they may amend, when they are decided, and how they fit the text.
//!
//! An amendment is decided before the motion that it amends, and while nothing else is decided about
//! that motion.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::motions::model::{Motion, MotionText};
use crate::assemblies::motions::rules::{awaiting_decision, is_before_the_assembly};
use crate::assemblies::motions::texts::merge;
use crate::assemblies::motions::workflow::{MotionStatus, Workflow};
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::MotionId;
use crate::schema::{motion_texts, motions};

/// The motion that an amendment amends.
///
/// # Errors
///
/// When the database fails.
pub fn parent_of(conn: &mut Connection, motion: &Motion) -> Result<Option<Motion>, Problem> {
    let Some(id) = &motion.amends_id else {
        return Ok(None);
    };
    Ok(Motion::load(conn, id.as_str())?)
}

/// Notes an amendment of an amendment of an amendment.
///
/// # Errors
///
/// When the database fails.
pub fn check_degree(
    conn: &mut Connection,
    parent: &Motion,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let grandparent = parent_of(conn, parent)?;
    faults.require(
        grandparent.is_none_or(|motion| motion.amends_id.is_none()),
        "/amends_id",
        "not_permitted",
        "is an amendment of an amendment, which cannot be amended",
    );
    Ok(())
}

/// Refuses an amendment whose motion is not before the assembly.
///
/// # Errors
///
/// 409.
pub fn expect_open(parent: &Motion) -> Result<(), Problem> {
    if is_before_the_assembly(parent.status) {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "The motion that it amends is not before the assembly: it is `{}`.",
            parent.status
        ),
    )
    .with("state", parent.status.as_str())
    .with("amends", named(parent)))
}

fn named(motion: &Motion) -> Value {
    json!({
        "id": motion.id,
        "number": motion.number,
        "title": motion.title,
        "status": motion.status,
    })
}

fn amendments_of(
    conn: &mut Connection,
    motion: &MotionId,
    statuses: Vec<MotionStatus>,
) -> Result<Vec<Motion>, Problem> {
    Ok(motions::table
        .filter(motions::amends_id.eq(motion))
        .filter(motions::status.eq_any(statuses))
        .order(motions::number)
        .select(Motion::as_select())
        .load(conn)?)
}

/// Refuses what is to be done with a motion while an amendment of it is in the vote, except the
/// amendment `but`.
///
/// # Errors
///
/// 409 with `amendments`.
pub fn expect_none_in_vote(
    conn: &mut Connection,
    motion: &MotionId,
    but: Option<&MotionId>,
) -> Result<(), Problem> {
    let found = amendments_of(conn, motion, vec![MotionStatus::InVote])?;
    refuse(
        &found
            .iter()
            .filter(|row| Some(&row.id) != but)
            .collect::<Vec<_>>(),
        "An amendment is in the vote.",
    )
}

/// Refuses to put a motion before its amendments are decided.
///
/// # Errors
///
/// 409 with `amendments`.
pub fn expect_decided(
    conn: &mut Connection,
    workflow: &Workflow,
    motion: &MotionId,
) -> Result<(), Problem> {
    let found = amendments_of(conn, motion, awaiting_decision(workflow))?;
    refuse(
        &found.iter().collect::<Vec<_>>(),
        "Amendments are decided before the motion: vote on them, table them or withdraw them.",
    )
}

fn refuse(amendments: &[&Motion], detail: &str) -> Result<(), Problem> {
    if amendments.is_empty() {
        return Ok(());
    }
    let names: Vec<Value> = amendments.iter().map(|row| named(row)).collect();
    Err(Problem::new(Code::Conflict, detail).with("amendments", names))
}

/// A version of a motion's text; of a draft there is one.
///
/// # Errors
///
/// 404 when there is no such version.
pub fn text_at(conn: &mut Connection, motion: &Motion, version: i64) -> Result<String, Problem> {
    if version == motion.text_version {
        return Ok(motion.text.clone());
    }
    let kept: Option<MotionText> = motion_texts::table
        .filter(motion_texts::motion_id.eq(&motion.id))
        .filter(motion_texts::version.eq(version))
        .select(MotionText::as_select())
        .first(conn)
        .optional()?;
    Ok(kept.ok_or_else(Problem::not_found)?.text)
}

/// The text that the motion has once the amendment is carried.
///
/// # Errors
///
/// 409 `amendment_conflict` where both have changed the same place.
pub fn merged(
    conn: &mut Connection,
    amendment: &Motion,
    parent: &Motion,
) -> Result<String, Problem> {
    let version = amendment.base_text_version.unwrap_or(parent.text_version);
    let base = text_at(conn, parent, version)?;
    merge(&base, &parent.text, &amendment.text).map_err(|conflicts| {
        let conflicts = serde_json::to_value(&conflicts).unwrap_or_default();
        Problem::new(
            Code::AmendmentConflict,
            format!(
                "The text was changed since version {version}, in the same place. Write the amendment against version {}.",
                parent.text_version
            ),
        )
        .with("text_version", parent.text_version)
        .with("conflicts", conflicts)
    })
}
