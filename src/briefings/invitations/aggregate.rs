//! Loading, storing and telling of invitations. Whoever changes one holds the lock of its briefing.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::invitations::model::Invitation;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{BriefingId, BriefingInvitationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::{random_token, token_digest};
use crate::schema::briefing_invitations::{self, dsl};

/// How events call an invitation.
pub const SUBJECT: &str = "briefing_invitation";

/// Rows that one statement inserts, at most.
const INSERT: usize = 500;

/// What the journal keeps of an invitation: which organization is asked and how it stands, never
/// who it is.
pub(super) fn event(kind: &'static str, row: &Invitation, marking: Marking) -> Event {
    let told = json!({
        "briefing_id": row.briefing_id,
        "organization_id": row.organization_id,
        "status": row.status,
    });
    let subject = Subject {
        kind: SUBJECT,
        id: row.id.to_string(),
        version: Some(row.version),
    };
    Event::new(kind, subject)
        .organization(Some(&row.organization_id))
        .marking(marking)
        .payload(told.clone())
        .shared(told)
}

/// A new link: its token, which is told once, and the digest that is kept.
///
/// # Errors
///
/// When the system has no randomness to give.
pub(super) fn new_link() -> Result<(String, String), Problem> {
    let token = random_token("chb_").map_err(Problem::internal)?;
    let digest = token_digest(&token);
    Ok((token, digest))
}

/// Stores new invitations, many in a statement.
///
/// # Errors
///
/// When the database fails.
pub(super) fn insert(tx: &mut Tx<'_>, rows: &[Invitation]) -> Result<(), Problem> {
    for rows in rows.chunks(INSERT) {
        crate::insert_all!(tx.conn, briefing_invitations::table, rows)?;
    }
    Ok(())
}

/// Stores a changed invitation as its next version.
///
/// # Errors
///
/// When the database fails.
pub(super) fn store(tx: &mut Tx<'_>, mut row: Invitation) -> Result<Invitation, Problem> {
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(dsl::briefing_invitations.filter(dsl::id.eq(&row.id)))
        .set(&row)
        .execute(tx.conn)?;
    Ok(row)
}

/// An invitation by its id, whoever may see it.
///
/// # Errors
///
/// When the database fails.
pub(super) fn load(
    conn: &mut Connection,
    briefing: &BriefingId,
    id: &BriefingInvitationId,
) -> Result<Option<Invitation>, Problem> {
    Ok(dsl::briefing_invitations
        .filter(dsl::briefing_id.eq(briefing))
        .filter(dsl::id.eq(id))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?)
}

/// The invitation whose link has this token.
///
/// # Errors
///
/// 404 when there is none.
pub(super) fn by_token(conn: &mut Connection, token: &str) -> Result<Invitation, Problem> {
    dsl::briefing_invitations
        .filter(dsl::link_digest.eq(token_digest(token)))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}
