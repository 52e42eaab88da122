//! An invited person whom the organization registers itself has accepted.

use diesel::prelude::*;

use crate::briefings::invitations::aggregate::{event, store};
use crate::briefings::invitations::model::{Invitation, InvitationStatus};
use crate::briefings::model::Briefing;
use crate::briefings::notices;
use crate::briefings::registrations::model::Registration;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::Problem;
use crate::schema::briefing_invitations::dsl;

/// Settles the invitation of somebody whom the organization has registered otherwise, where there is one
/// that is not answered: its link is used up. Whom another organization registers leaves it alone.
///
/// # Errors
///
/// When the database fails.
pub fn settle_invitation(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    registration: &Registration,
) -> Result<(), Problem> {
    let pending: Option<Invitation> = dsl::briefing_invitations
        .filter(dsl::briefing_id.eq(&briefing.id))
        .filter(dsl::organization_id.eq(&registration.organization_id))
        .filter(dsl::email_folded.eq(&registration.attendee_email_folded))
        .filter(dsl::status.eq(InvitationStatus::Pending))
        .select(Invitation::as_select())
        .first(tx.conn)
        .optional()?;
    let Some(mut row) = pending else {
        return Ok(());
    };
    row.status = InvitationStatus::Accepted;
    row.answered_at = Some(tx.now);
    row.registration_id = Some(registration.id.clone());
    let row = store(tx, row)?;
    notices::uninvite(tx, &row)?;
    tx.record(event(
        "briefing_invitation.accepted",
        &row,
        briefing.marking,
    ))
}
