//! Changes of an agenda: under the lock of its session, and once it is published for a reason that
//! everyone is told.

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::agenda::model::{AgendaAmendment, AgendaChange, AgendaItem};
use crate::assemblies::sessions::aggregate::{acquire, event, internal};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::queries::expect_state;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{AgendaItemId, AssemblySessionId};
use crate::kernel::journal::Event;
use crate::kernel::text;
use crate::schema::agenda_amendments;

/// Locks a session whose agenda the clerk changes.
///
/// # Errors
///
/// 403; 404; 409 once the session is over.
pub fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    session: &AssemblySessionId,
) -> Result<Locked<Session>, Problem> {
    expect_office(scope, Permission::SessionsClerk)?;
    let session = acquire(tx, session)?;
    expect_state(
        &session,
        scope,
        "Changing the agenda",
        SessionStatus::is_changeable,
    )?;
    Ok(session)
}

/// An event about an agenda: the office's own affair until it is published.
#[must_use]
pub fn agenda_event(kind: &'static str, session: &Session) -> Event {
    if session.agenda_published_at.is_some() {
        event(kind, session)
    } else {
        internal(kind, session)
    }
}

/// An item as the journal and amendments hold it.
#[must_use]
pub fn item_json(item: &AgendaItem) -> Value {
    json!({
        "parent_id": item.parent_id,
        "number": item.number,
        "title": item.title,
        "description": item.description,
        "minutes": item.minutes,
    })
}

/// A change that is kept as an amendment, if the agenda is published.
#[derive(Debug)]
pub struct Amending {
    /// The session, and why; none before the agenda is published.
    published: Option<(AssemblySessionId, String)>,
}

impl Amending {
    /// A change of this agenda, after noting whether the reason is missing that it needs.
    pub fn of(session: &Session, reason: Option<&str>, faults: &mut Faults) -> Self {
        if session.agenda_published_at.is_none() {
            return Self { published: None };
        }
        let reason = text::clean_optional(reason);
        faults.require(
            reason.is_some(),
            "/reason",
            "required",
            "is needed once the agenda is published",
        );
        Self {
            published: reason.map(|reason| (session.id.clone(), reason)),
        }
    }

    /// Keeps it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn keep(
        &self,
        tx: &mut Tx<'_>,
        change: AgendaChange,
        item: Option<&AgendaItemId>,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), Problem> {
        let Some((session, reason)) = &self.published else {
            return Ok(());
        };
        let last: Option<i64> = agenda_amendments::table
            .filter(agenda_amendments::session_id.eq(session))
            .select(max(agenda_amendments::ordinal))
            .first(tx.conn)?;
        let actor = tx.context().actor.clone();
        diesel::insert_into(agenda_amendments::table)
            .values(AgendaAmendment {
                session_id: session.clone(),
                ordinal: last.unwrap_or(0) + 1,
                change,
                item_id: item.cloned(),
                before: before.map(|value| value.to_string()),
                after: after.map(|value| value.to_string()),
                reason: reason.clone(),
                actor_kind: actor.kind().to_owned(),
                actor_id: actor.id().map(str::to_owned),
                occurred_at: tx.now,
            })
            .execute(tx.conn)?;
        Ok(())
    }
}
