//! Drafting motions and amendments, and writing an amendment anew when the text has changed.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::motions::acting::{expect_author, seat_for};
use crate::assemblies::motions::aggregate::{acquire, event, keep_text, store};
use crate::assemblies::motions::amendments::{check_degree, expect_open, parent_of};
use crate::assemblies::motions::model::Motion;
use crate::assemblies::motions::represent::actions_of;
use crate::assemblies::motions::rules::{is_undecided, takes_motions};
use crate::assemblies::motions::visible::{find, visible};
use crate::assemblies::motions::wire::{CreateMotion, UpdateMotion};
use crate::assemblies::motions::workflow::MotionStatus;
use crate::assemblies::sessions;
use crate::assemblies::sessions::model::Session;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AgendaItemId, AssemblySessionId, MotionId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::schema::{agenda_items, motions};

fn summary(motion: &Motion) -> Value {
    json!({
        "title": motion.title,
        "status": motion.status,
        "agenda_item_id": motion.agenda_item_id,
        "text_version": motion.text_version,
        "amends_id": motion.amends_id,
        "base_text_version": motion.base_text_version,
        "mover_seat_id": motion.mover_seat_id,
    })
}

/// Refuses a session in which no motions are brought.
///
/// # Errors
///
/// 409.
pub fn expect_taking_motions(session: &Session) -> Result<(), Problem> {
    if takes_motions(session.status) {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "No motions are brought while the session is `{}`.",
            session.status
        ),
    )
    .with("state", session.status.as_str())
    .with("session_id", session.id.as_str()))
}

/// Notes an item that the session's agenda does not have.
///
/// # Errors
///
/// When the database fails.
pub fn check_item(
    tx: &mut Tx<'_>,
    session: &AssemblySessionId,
    item: Option<&AgendaItemId>,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let Some(item) = item else {
        return Ok(());
    };
    let found: i64 = agenda_items::table
        .filter(agenda_items::id.eq(item))
        .filter(agenda_items::session_id.eq(session))
        .filter(agenda_items::is_struck.eq(false))
        .count()
        .get_result(tx.conn)?;
    faults.require(
        found == 1,
        "/agenda_item_id",
        "not_found",
        "is no item of the session's agenda",
    );
    Ok(())
}

/// Drafts a motion in a session.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 when the session takes no motions, or what it amends is not before
/// the assembly; 422 with every broken rule.
pub fn create_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
    input: &CreateMotion,
) -> Result<Motion, Problem> {
    sessions::visible::find(tx.conn, scope, session)?;
    let session = Locked::<Session>::share(tx, session.as_str())?.ok_or_else(Problem::not_found)?;
    let seat = seat_for(
        tx.conn,
        scope,
        &session.assembly_id,
        &session.id,
        input.seat_id.as_ref(),
        tx.now,
    )?;
    expect_taking_motions(&session)?;
    let mut faults = Faults::default();
    check_item(tx, &session.id, input.agenda_item_id.as_ref(), &mut faults)?;
    let parent = amended(tx, scope, &session, input.amends_id.as_ref(), &mut faults)?;
    let base = base_of(parent.as_ref(), input.base_text_version, &mut faults);
    faults.finish()?;
    if let Some(parent) = &parent {
        expect_open(parent)?;
    }
    let title = text::clean(&input.title);
    let actor = tx.context().actor.clone();
    let row = Motion {
        id: MotionId::fresh(),
        assembly_id: session.assembly_id,
        session_id: session.id,
        agenda_item_id: input.agenda_item_id.clone(),
        number: None,
        title_folded: text::fold(&title),
        title,
        text: text::clean(&input.text),
        text_version: 1,
        status: MotionStatus::Draft,
        amends_id: parent.map(|parent| parent.id),
        base_text_version: base,
        mover_seat_id: Some(seat),
        moved_by: None,
        moved_at: None,
        origin_id: None,
        referred_to: None,
        created_by_kind: actor.kind().to_owned(),
        created_by_id: actor.id().map(str::to_owned),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(motions::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("motion.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

fn amended(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &Session,
    amends: Option<&MotionId>,
    faults: &mut Faults,
) -> Result<Option<Motion>, Problem> {
    let Some(id) = amends else {
        return Ok(None);
    };
    let parent = visible(scope)
        .filter(motions::id.eq(id.clone()))
        .filter(motions::session_id.eq(session.id.clone()))
        .select(Motion::as_select())
        .first(tx.conn)
        .optional()?;
    match &parent {
        Some(parent) => check_degree(tx.conn, parent, faults)?,
        None => faults.add("/amends_id", "not_found", "is no motion of this session"),
    }
    Ok(parent)
}

fn base_of(parent: Option<&Motion>, base: Option<i64>, faults: &mut Faults) -> Option<i64> {
    let current = parent.map(|parent| parent.text_version);
    faults.require(
        base.is_none_or(|base| current.is_some_and(|current| base <= current)),
        "/base_text_version",
        "not_applicable",
        "is no version of the text of a motion that is amended",
    );
    current.map(|current| base.unwrap_or(current))
}

/// Changes a draft, or writes an amendment anew against the present text.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 once it was moved, unless it is an amendment; 412; 422.
pub fn update_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
    change: UpdateMotion,
) -> Result<Motion, Problem> {
    find(tx.conn, scope, id)?;
    let stored = acquire(tx, id)?;
    expect_author(tx.conn, scope, &stored, tx.now)?;
    stored.expect(if_match)?;
    let row = if stored.status == MotionStatus::Draft {
        redraft(tx, &stored, change)?
    } else if stored.amends_id.is_some() && is_undecided(stored.status) {
        rebase(tx, &stored, &change)?
    } else {
        return Err(refused(
            tx,
            scope,
            &stored,
            "It was moved: its text stands.",
        )?);
    };
    let row = store(tx, &stored, row)?;
    let kind = if row.number.is_some() {
        keep_text(tx, &row, None)?;
        "motion.rebased"
    } else {
        "motion.updated"
    };
    tx.record(event(kind, &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}

/// What this caller may do instead, as a 409.
///
/// # Errors
///
/// When the database fails.
pub fn refused(
    tx: &mut Tx<'_>,
    scope: &Scope,
    motion: &Motion,
    detail: impl Into<String>,
) -> Result<Problem, Problem> {
    let actions = actions_of(tx.conn, scope, motion, tx.now)?;
    Ok(Problem::new(Code::NotAllowedInState, detail)
        .with("state", motion.status.as_str())
        .with("allowed_actions", actions))
}

fn redraft(tx: &mut Tx<'_>, stored: &Motion, change: UpdateMotion) -> Result<Motion, Problem> {
    let mut row = stored.clone();
    let mut faults = Faults::default();
    check_item(
        tx,
        &row.session_id,
        change.agenda_item_id.value(),
        &mut faults,
    )?;
    change.agenda_item_id.apply(&mut row.agenda_item_id);
    if let Some(title) = &change.title {
        row.title = text::clean(title);
        row.title_folded = text::fold(&row.title);
    }
    if let Some(text) = &change.text {
        row.text = text::clean(text);
    }
    if change.base_text_version.is_some() {
        let parent = parent_of(tx.conn, stored)?;
        row.base_text_version = base_of(parent.as_ref(), change.base_text_version, &mut faults);
    }
    faults.finish()?;
    Ok(row)
}

fn rebase(tx: &mut Tx<'_>, stored: &Motion, change: &UpdateMotion) -> Result<Motion, Problem> {
    let current = parent_of(tx.conn, stored)?.map(|parent| parent.text_version);
    let mut faults = Faults::default();
    let is_other = [
        ("/title", change.title.is_some()),
        ("/agenda_item_id", change.agenda_item_id != Patch::Keep),
    ];
    for (pointer, _) in is_other.into_iter().filter(|(_, is_given)| *is_given) {
        faults.add(
            pointer,
            "not_applicable",
            "stands once the amendment was moved",
        );
    }
    faults.require(
        change.text.is_some(),
        "/text",
        "required",
        "is what an amendment that was moved is written anew with",
    );
    faults.require(
        change.base_text_version.is_some() && change.base_text_version == current,
        "/base_text_version",
        "not_current",
        "must be the present version of the text of the motion that is amended",
    );
    faults.finish()?;
    let mut row = stored.clone();
    row.base_text_version = current;
    row.text = text::clean(change.text.as_deref().unwrap_or_default());
    row.text_version += 1;
    Ok(row)
}

/// Deletes a draft.
///
/// # Errors
///
/// 403 `not_entitled`; 404; 409 when it is no draft; 412.
pub fn delete_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    find(tx.conn, scope, id)?;
    let stored = acquire(tx, id)?;
    expect_author(tx.conn, scope, &stored, tx.now)?;
    stored.expect(if_match)?;
    if stored.status != MotionStatus::Draft {
        return Err(refused(tx, scope, &stored, "Only drafts are deleted.")?);
    }
    diesel::delete(motions::table.filter(motions::id.eq(id))).execute(tx.conn)?;
    tx.record(event("motion.deleted", &stored).payload(json!({"before": summary(&stored)})))
}
