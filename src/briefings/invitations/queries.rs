//! Reading invitations: always through `visible`.

use diesel::prelude::*;

use crate::briefings::invitations::aggregate::{self, SUBJECT};
use crate::briefings::invitations::model::{Invitation as Row, InvitationState, InvitationStatus};
use crate::briefings::invitations::wire::{
    BriefingInvitation, BriefingInvitationQuery, BriefingInvitationSort,
};
use crate::briefings::model::Briefing;
use crate::briefings::rules;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{BriefingId, BriefingInvitationId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::briefing_invitations::{self, dsl};

type Boxed = briefing_invitations::BoxedQuery<'static, Backend>;

/// The invitations to a briefing that exist for this caller: all of them for federal staff, those
/// of their own organization's people for others.
fn visible(scope: &Scope, briefing: &BriefingId) -> Boxed {
    let found = briefing_invitations::table
        .filter(dsl::briefing_id.eq(briefing.clone()))
        .into_boxed();
    if scope.oversees(Permission::InvitationsRead) {
        return found;
    }
    let homes = scope.homes_with(Permission::InvitationsRead);
    found.filter(dsl::organization_id.eq_any(homes))
}

fn stored(state: InvitationState) -> InvitationStatus {
    match state {
        InvitationState::Pending | InvitationState::Expired => InvitationStatus::Pending,
        InvitationState::Accepted => InvitationStatus::Accepted,
        InvitationState::Declined => InvitationStatus::Declined,
        InvitationState::Delegated => InvitationStatus::Delegated,
        InvitationState::Revoked => InvitationStatus::Revoked,
    }
}

fn filtered(
    scope: &Scope,
    briefing: &Briefing,
    query: &BriefingInvitationQuery,
    now: Timestamp,
) -> Boxed {
    let mut found = visible(scope, &briefing.id);
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(stored(status)));
        let is_over = rules::registration_closes_at(briefing) <= now;
        found = match status {
            InvitationState::Pending if is_over => found.filter(dsl::id.eq("")),
            InvitationState::Pending => {
                found.filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(now)))
            }
            InvitationState::Expired if !is_over => found.filter(dsl::expires_at.le(now)),
            _ => found,
        };
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of the invitations to a briefing.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    briefing: &Briefing,
    query: &BriefingInvitationQuery,
    now: Timestamp,
) -> Result<Page<BriefingInvitation>, Problem> {
    let request = PageRequest::within(keyring, query, briefing.id.as_str())?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, briefing, query, now), dsl::created_at, dsl::id,
        descending: query.sort == Some(BriefingInvitationSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| {
            filtered(scope, briefing, query, now)
                .count()
                .get_result(conn)
        })
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    Ok(page.map(|row| BriefingInvitation::of(row, briefing, scope, now)))
}

/// The invitation with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on another organization's is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &BriefingId,
    id: &BriefingInvitationId,
) -> Result<Row, Problem> {
    let found = visible(scope, briefing)
        .filter(dsl::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    Err(match aggregate::load(conn, briefing, id)? {
        Some(row) => Problem::hidden(SUBJECT, row.id.as_str()),
        None => Problem::not_found(),
    })
}
