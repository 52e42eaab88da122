//! Reading what was kept of a motion: its texts, its steps, and what changed.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::assemblies::motions::amendments::{parent_of, text_at};
use crate::assemblies::motions::model::{Motion, MotionStep, MotionText};
use crate::assemblies::motions::record_wire::{
    MotionActor, MotionDiff, MotionDiffQuery, MotionHistoryStep, MotionRecordQuery,
    MotionRecordSort, MotionTextPlace, MotionTextVersion,
};
use crate::assemblies::motions::texts::{hunks, unified};
use crate::identity::queries::names_of_users;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::secrets::Keyring;
use crate::schema::{motion_steps, motion_texts};

fn actor(names: &HashMap<String, String>, kind: &str, id: Option<&str>) -> MotionActor {
    MotionActor {
        kind: kind.to_owned(),
        id: id.map(str::to_owned),
        name: id.and_then(|id| names.get(id)).cloned(),
    }
}

/// A page of the versions of a motion's text. Of a motion that was never moved there are none: its
/// text is no record yet.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn texts(
    conn: &mut Connection,
    keyring: &Keyring,
    motion: &Motion,
    query: &MotionRecordQuery,
) -> Result<Page<MotionTextVersion>, Problem> {
    let request = PageRequest::within(keyring, query, &format!("texts/{}", motion.id))?;
    let base = || {
        motion_texts::table
            .filter(motion_texts::motion_id.eq(motion.id.clone()))
            .into_boxed()
    };
    let rows: Vec<MotionText> = crate::seek!(
        base(), motion_texts::version, motion_texts::motion_id,
        descending: query.sort == Some(MotionRecordSort::OrdinalDescending),
        after: request.after_as::<i64>()?
    )
    .limit(request.rows_to_read())
    .select(MotionText::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.version.to_string(), row.motion_id.to_string())
    });
    let ids = page.data.iter().filter_map(|row| row.actor_id.clone());
    let names = names_of_users(conn, ids.collect(), None)?;
    Ok(page.map(|row| MotionTextVersion {
        version: row.version,
        title: row.title,
        text: row.text,
        amendment_id: row.amendment_id,
        actor: actor(&names, &row.actor_kind, row.actor_id.as_deref()),
        created_at: row.created_at,
    }))
}

/// A page of the steps that a motion took.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn history(
    conn: &mut Connection,
    keyring: &Keyring,
    motion: &Motion,
    query: &MotionRecordQuery,
) -> Result<Page<MotionHistoryStep>, Problem> {
    let request = PageRequest::within(keyring, query, &format!("history/{}", motion.id))?;
    let base = || {
        motion_steps::table
            .filter(motion_steps::motion_id.eq(motion.id.clone()))
            .into_boxed()
    };
    let rows: Vec<MotionStep> = crate::seek!(
        base(), motion_steps::ordinal, motion_steps::motion_id,
        descending: query.sort == Some(MotionRecordSort::OrdinalDescending),
        after: request.after_as::<i64>()?
    )
    .limit(request.rows_to_read())
    .select(MotionStep::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.ordinal.to_string(), row.motion_id.to_string())
    });
    let ids = page.data.iter().filter_map(|row| row.actor_id.clone());
    let names = names_of_users(conn, ids.collect(), None)?;
    Ok(page.map(|row| MotionHistoryStep {
        ordinal: row.ordinal,
        action: row.action,
        from: row.from_status,
        to: row.to_status,
        session_id: row.session_id,
        poll_id: row.poll_id,
        number: row.number,
        title: row.title,
        text_version: row.text_version,
        note: row.note,
        actor: actor(&names, &row.actor_kind, row.actor_id.as_deref()),
        occurred_at: row.occurred_at,
    }))
}

/// What an amendment would change, or what changed between two versions of a motion's text.
///
/// # Errors
///
/// 404 for a version that the motion does not have.
pub fn difference(
    conn: &mut Connection,
    motion: &Motion,
    query: &MotionDiffQuery,
) -> Result<MotionDiff, Problem> {
    let is_amendment = query.from.is_none() && query.to.is_none();
    if is_amendment
        && let Some(parent) = parent_of(conn, motion)?
        && let Some(base) = motion.base_text_version
    {
        let before = text_at(conn, &parent, base)?;
        return Ok(compared(
            (&parent, base, &before),
            (motion, motion.text_version, &motion.text),
            &format!("motion {}, version {base}", number(&parent)),
            &format!(
                "amendment {}, version {}",
                number(motion),
                motion.text_version
            ),
        ));
    }
    let to = query.to.unwrap_or(motion.text_version);
    let from = query.from.unwrap_or_else(|| (to - 1).max(1));
    let before = text_at(conn, motion, from)?;
    let after = text_at(conn, motion, to)?;
    Ok(compared(
        (motion, from, &before),
        (motion, to, &after),
        &format!("version {from}"),
        &format!("version {to}"),
    ))
}

fn number(motion: &Motion) -> String {
    motion
        .number
        .map_or_else(|| "(draft)".to_owned(), |number| number.to_string())
}

type Text<'a> = (&'a Motion, i64, &'a str);

fn compared(from: Text<'_>, to: Text<'_>, old_name: &str, new_name: &str) -> MotionDiff {
    let place = |(motion, version, _): Text<'_>| MotionTextPlace {
        motion_id: motion.id.clone(),
        version,
    };
    MotionDiff {
        from: place(from),
        to: place(to),
        hunks: hunks(from.2, to.2),
        unified: unified(from.2, to.2, old_name, new_name),
    }
}
