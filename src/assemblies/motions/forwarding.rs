//! Bringing a motion before another assembly. It becomes a draft there, which names where it came
//! from; the clerk, or whoever the clerk names, moves it.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies;
use crate::assemblies::motions::aggregate::{Taken, acquire, add_step, event, store};
use crate::assemblies::motions::drafting::{expect_taking_motions, refused};
use crate::assemblies::motions::model::Motion;
use crate::assemblies::motions::rules::is_forwarded_from;
use crate::assemblies::motions::step_wire::ForwardMotion;
use crate::assemblies::motions::visible::find;
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblyId, AssemblySessionId, MotionId};
use crate::kernel::text;
use crate::schema::{assembly_sessions, motions};

/// The session that takes the motion: the one that is named, or the next one that is not over.
fn session_of(
    tx: &mut Tx<'_>,
    assembly: &AssemblyId,
    named: Option<&AssemblySessionId>,
) -> Result<Session, Problem> {
    let mut found = assembly_sessions::table
        .filter(assembly_sessions::assembly_id.eq(assembly))
        .order((assembly_sessions::starts_at, assembly_sessions::id))
        .select(assembly_sessions::id)
        .into_boxed();
    found = match named {
        Some(named) => found.filter(assembly_sessions::id.eq(named)),
        None => found.filter(assembly_sessions::status.eq_any([
            SessionStatus::Called,
            SessionStatus::AgendaPublished,
            SessionStatus::Open,
            SessionStatus::InRecess,
        ])),
    };
    let id: Option<AssemblySessionId> = found.first(tx.conn).optional()?;
    let session = id
        .map(|id| Locked::<Session>::share(tx, id.as_str()))
        .transpose()?
        .flatten();
    let mut faults = Faults::default();
    let (code, detail) = if named.is_some() {
        ("not_found", "is no session of the assembly")
    } else {
        (
            "required",
            "is needed: no session of the assembly takes motions",
        )
    };
    faults.require(session.is_some(), "/session_id", code, detail);
    faults.finish()?;
    session.ok_or_else(Problem::not_found)
}

fn expect_first(tx: &mut Tx<'_>, motion: &MotionId, assembly: &AssemblyId) -> Result<(), Problem> {
    let before: Option<MotionId> = motions::table
        .filter(motions::origin_id.eq(motion))
        .filter(motions::assembly_id.eq(assembly))
        .filter(motions::status.ne(MotionStatus::Withdrawn))
        .select(motions::id)
        .first(tx.conn)
        .optional()?;
    match before {
        None => Ok(()),
        Some(id) => Err(Problem::new(
            Code::Conflict,
            "It was brought before that assembly already.",
        )
        .with("motion_id", id.as_str())),
    }
}

/// Brings a motion that was carried or referred before another assembly, as a draft of one of its
/// sessions. Both are written down: where it went, and where it came from.
///
/// # Errors
///
/// 403; 404; 409 when it is not possible from here, or was done already; 412; 422.
pub fn forward_motion(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &MotionId,
    if_match: IfMatch,
    input: &ForwardMotion,
) -> Result<Motion, Problem> {
    let seen = find(tx.conn, scope, id)?;
    expect_office(scope, Permission::SessionsClerk)?;
    let assembly = assemblies::visible::visible(scope)
        .filter(crate::schema::assemblies::id.eq(input.assembly_id.clone()))
        .filter(crate::schema::assemblies::id.ne(seen.assembly_id.clone()))
        .select(assemblies::model::Assembly::as_select())
        .first(tx.conn)
        .optional()?;
    let mut faults = Faults::default();
    faults.require(
        assembly.is_some(),
        "/assembly_id",
        "not_found",
        "is no other assembly",
    );
    faults.finish()?;
    let assembly = assembly.ok_or_else(Problem::not_found)?;
    let session = session_of(tx, &assembly.id, input.session_id.as_ref())?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    if !is_forwarded_from(stored.status) || stored.amends_id.is_some() {
        let detail = "Motions that were carried or referred are forwarded, and no amendments.";
        return Err(refused(tx, scope, &stored, detail)?);
    }
    expect_taking_motions(&session)?;
    expect_first(tx, &stored.id, &assembly.id)?;
    let actor = tx.context().actor.clone();
    let copy = Motion {
        id: MotionId::fresh(),
        assembly_id: assembly.id,
        session_id: session.id,
        agenda_item_id: None,
        number: None,
        title: stored.title.clone(),
        title_folded: stored.title_folded.clone(),
        text: stored.text.clone(),
        text_version: 1,
        status: MotionStatus::Draft,
        amends_id: None,
        base_text_version: None,
        mover_seat_id: None,
        moved_by: None,
        moved_at: None,
        origin_id: Some(stored.id.clone()),
        referred_to: None,
        created_by_kind: actor.kind().to_owned(),
        created_by_id: actor.id().map(str::to_owned),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(motions::table)
        .values(copy.clone())
        .execute(tx.conn)?;
    let row = store(tx, &stored, Motion::clone(&stored))?;
    let note = match text::clean_optional(input.note.as_deref()) {
        None => assembly.name,
        Some(note) => format!("{}: {note}", assembly.name),
    };
    let taken = Taken {
        action: MotionAction::Forward,
        from: stored.status,
        session: None,
        poll: None,
        note: Some(note),
    };
    add_step(tx, &row, taken)?;
    let to = json!({"assembly_id": copy.assembly_id, "motion_id": copy.id});
    tx.record(event("motion.forwarded", &row).payload(json!({"to": to})))?;
    let from = json!({"assembly_id": row.assembly_id, "motion_id": row.id});
    tx.record(event("motion.drafted", &copy).payload(json!({"origin": from})))?;
    Ok(copy)
}
