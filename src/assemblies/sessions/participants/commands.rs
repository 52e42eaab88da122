//! Adding and removing participants.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::sessions::aggregate::{acquire, internal};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{LegalReview, Participant, ParticipantKind, Session};
use crate::assemblies::sessions::participants::legal::reset;
use crate::assemblies::sessions::participants::queries::{one, others};
use crate::assemblies::sessions::participants::wire::AddSessionParticipant;
use crate::assemblies::sessions::queries::{expect_state, refused};
use crate::assemblies::sessions::visible::find;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblySessionId, ParticipantId};
use crate::kernel::text;
use crate::schema::session_participants;

fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
) -> Result<Locked<Session>, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, Permission::SessionsClerk)?;
    let stored = acquire(tx, id)?;
    expect_state(
        &stored,
        scope,
        "Changing who takes part",
        SessionStatus::is_changeable,
    )?;
    Ok(stored)
}

/// Adds somebody who takes part without a seat. Of the kind `other` they hold the session for legal
/// review, whatever was decided before.
///
/// # Errors
///
/// 404; 409 once the session is over, and for the kind `other` once it has begun: nobody could
/// review it any more.
pub fn add(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    input: &AddSessionParticipant,
) -> Result<Participant, Problem> {
    let stored = begin(tx, scope, id)?;
    let is_other = input.kind == ParticipantKind::Other;
    if is_other && !stored.status.is_before_opening() {
        return Err(refused(
            &stored,
            scope,
            "Adding somebody whose part is to be reviewed",
        ));
    }
    let row = Participant {
        id: ParticipantId::fresh(),
        session_id: id.clone(),
        name: text::clean(&input.name),
        affiliation: text::clean(&input.affiliation),
        kind: input.kind,
        role: text::clean_optional(input.role.as_deref()),
        added_by_kind: scope.actor().kind().to_owned(),
        added_by_id: scope.actor().id().map(str::to_owned),
        created_at: tx.now,
        removed_at: None,
    };
    diesel::insert_into(session_participants::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(
        internal("assembly_session.participant_added", &stored).payload(json!({
            "participant_id": row.id, "kind": row.kind, "affiliation": row.affiliation,
        })),
    )?;
    if is_other {
        reset(tx, &stored, LegalReview::Pending)?;
    }
    Ok(row)
}

/// Takes somebody off the list. Once nobody is left whose part is to be reviewed, there is nothing
/// to review. Repeating it changes nothing.
///
/// # Errors
///
/// 404; 409 once the session is over.
pub fn remove(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    participant: &ParticipantId,
) -> Result<Participant, Problem> {
    let stored = begin(tx, scope, id)?;
    let mut row = one(tx.conn, id, participant)?;
    if row.removed_at.is_some() {
        return Ok(row);
    }
    row.removed_at = Some(tx.now);
    diesel::update(session_participants::table.filter(session_participants::id.eq(&row.id)))
        .set(session_participants::removed_at.eq(row.removed_at))
        .execute(tx.conn)?;
    tx.record(
        internal("assembly_session.participant_removed", &stored)
            .payload(json!({"participant_id": row.id, "kind": row.kind})),
    )?;
    // What was decided about a session that has begun stays on record.
    if row.kind == ParticipantKind::Other
        && stored.status.is_before_opening()
        && others(tx.conn, id)?.is_empty()
    {
        reset(tx, &stored, LegalReview::NotNeeded)?;
    }
    Ok(row)
}
