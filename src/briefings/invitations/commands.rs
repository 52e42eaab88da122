//! Inviting, sending again, taking back.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::aggregate::acquire;
use crate::briefings::invitations::aggregate::{event, insert, new_link, store};
use crate::briefings::invitations::model::{Invitation, InvitationState, InvitationStatus};
use crate::briefings::invitations::queries;
use crate::briefings::invitations::recipients::{self, Person};
use crate::briefings::invitations::wire::{CreateBriefingInvitations, InvitationsCreated};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::RegistrationStatus;
use crate::briefings::registrations::seats::expect_open;
use crate::briefings::{notices, rules};
use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BriefingId, BriefingInvitationId};
use crate::kernel::journal::record_all;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::{briefing_invitations, organizations, registrations};

/// People who are invited at once, at most.
const MOST: usize = 10_000;

/// Ids in one condition, at most.
const CHUNK: usize = 1_000;

/// What the mail of an invitation is sealed for.
const SEALED_FOR: &str = "mail";

/// The link's token as it waits in the queue of mail.
///
/// # Errors
///
/// When the system has no randomness to give.
pub(super) fn sealed(keyring: &Keyring, token: &str) -> Result<String, Problem> {
    keyring
        .seal(SEALED_FOR, token.as_bytes())
        .map_err(Problem::internal)
}

fn counted(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Invites people, each once, whoever named them. Whoever is invited or registered already is
/// counted and left alone.
///
/// # Errors
///
/// 404; 409 when the briefing is not open for registration; 422 with every broken rule.
pub fn create_briefing_invitations(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    id: &BriefingId,
    input: &CreateBriefingInvitations,
) -> Result<InvitationsCreated, Problem> {
    let briefing = acquire(tx, scope, id)?;
    expect_open(tx, &briefing)?;
    let mut faults = Faults::default();
    check_expiry(tx, &briefing, input.expires_at, &mut faults);
    faults.require(
        !(input.organization_ids.is_empty() && input.people.is_empty() && input.filter.is_none()),
        "",
        "required",
        "must name organizations, a filter or people",
    );
    let found = recipients::find(tx.conn, input, briefing.marking, &mut faults)?;
    faults.require(
        found.people.len() <= MOST,
        "",
        "too_many",
        &format!("means more than {MOST} people: invite them in parts"),
    );
    faults.finish()?;
    let (invited, registered) = (invited(tx, &briefing)?, registered(tx, &briefing)?);
    let mut answer = InvitationsCreated {
        created: 0,
        already_invited: 0,
        already_registered: 0,
        unreachable: found.unreachable,
        dry_run: input.dry_run,
    };
    let mut new = Vec::new();
    for person in found.people {
        if invited.contains(&person.email_folded) {
            answer.already_invited += 1;
        } else if registered.contains(&person.email_folded) {
            answer.already_registered += 1;
        } else {
            new.push(person);
        }
    }
    answer.created = counted(new.len());
    if !input.dry_run {
        invite(tx, keyring, &briefing, new, input.expires_at)?;
    }
    Ok(answer)
}

fn check_expiry(
    tx: &Tx<'_>,
    briefing: &Briefing,
    expires_at: Option<Timestamp>,
    faults: &mut Faults,
) {
    let Some(until) = expires_at else {
        return;
    };
    faults.require(
        tx.now < until,
        "/expires_at",
        "in_the_past",
        "must lie in the future",
    );
    faults.require(
        until <= rules::registration_closes_at(briefing),
        "/expires_at",
        "after_registration",
        "must not come after registration closes",
    );
}

/// The addresses that are invited.
fn invited(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<HashSet<String>, Problem> {
    let rows: Vec<String> = briefing_invitations::table
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .filter(briefing_invitations::status.ne(InvitationStatus::Revoked))
        .select(briefing_invitations::email_folded)
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// The addresses that are registered.
fn registered(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<HashSet<String>, Problem> {
    let rows: Vec<String> = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .select(registrations::attendee_email_folded)
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// A new invitation and the token of its link.
///
/// # Errors
///
/// When the system has no randomness to give.
pub(super) fn draft(
    briefing: &Locked<Briefing>,
    person: Person,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(Invitation, String), Problem> {
    let (token, link_digest) = new_link()?;
    let row = Invitation {
        id: BriefingInvitationId::fresh(),
        briefing_id: briefing.id.clone(),
        organization_id: person.organization_id,
        name: person.name,
        email: person.email,
        email_folded: person.email_folded,
        title: person.title,
        status: InvitationStatus::Pending,
        link_digest,
        expires_at,
        sends: 1,
        sent_at: now,
        delegated_from: None,
        answered_at: None,
        note: None,
        registration_id: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Ok((row, token))
}

fn invite(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    briefing: &Locked<Briefing>,
    people: Vec<Person>,
    expires_at: Option<Timestamp>,
) -> Result<(), Problem> {
    let (mut rows, mut tokens) = (Vec::new(), Vec::new());
    for person in people {
        let (row, token) = draft(briefing, person, expires_at, tx.now)?;
        tokens.push(sealed(keyring, &token)?);
        rows.push(row);
    }
    insert(tx, &rows)?;
    let events = rows
        .iter()
        .map(|row| event("briefing_invitation.sent", row, briefing.marking))
        .collect();
    record_all(tx, events)?;
    notices::invited(tx, briefing, rows.iter().zip(tokens).collect())
}

/// Locks the briefing, then reads one of its invitations.
fn load(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &BriefingInvitationId,
) -> Result<(Locked<Briefing>, Invitation), Problem> {
    let briefing = acquire(tx, scope, briefing_id)?;
    let row = queries::find(tx.conn, scope, briefing_id, id)?;
    scope.expect(Permission::InvitationsWrite, &row.organization_id)?;
    Ok((briefing, row))
}

fn not_possible(action: &str, state: InvitationState) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!("`{action}` is not possible for this invitation now."),
    )
    .with("state", state.as_str())
    .with("allowed_actions", Vec::<String>::new())
}

/// Sends an invitation again, with a new link: the one before is good for nothing, and its mail is
/// taken back where it still waits. With a time it is good until then.
///
/// # Errors
///
/// 404; 409 when it was answered or taken back, or registration is closed; 422.
pub fn resend_briefing_invitation(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    (briefing_id, id): (&BriefingId, &BriefingInvitationId),
    expires_at: Option<Timestamp>,
) -> Result<(Briefing, Invitation), Problem> {
    let (briefing, mut row) = load(tx, scope, briefing_id, id)?;
    if row.status != InvitationStatus::Pending {
        return Err(not_possible("resend", row.state(&briefing, tx.now)));
    }
    expect_open(tx, &briefing)?;
    let mut faults = Faults::default();
    check_expiry(tx, &briefing, expires_at, &mut faults);
    faults.finish()?;
    notices::uninvite(tx, &row)?;
    let (token, link_digest) = new_link()?;
    row.link_digest = link_digest;
    row.sends += 1;
    row.sent_at = tx.now;
    // What has run out does not keep the new link from working.
    row.expires_at = expires_at.or(row.expires_at.filter(|own| tx.now < *own));
    let row = store(tx, row)?;
    notices::invited(tx, &briefing, vec![(&row, sealed(keyring, &token)?)])?;
    tx.record(
        event("briefing_invitation.resent", &row, briefing.marking)
            .payload(json!({"briefing_id": row.briefing_id, "sends": row.sends})),
    )?;
    Ok((briefing.into_inner(), row))
}

/// Takes an invitation back: its link is good for nothing, and its mail is not sent where it still
/// waits. Taking it back again changes nothing.
///
/// # Errors
///
/// 404; 409 when it was answered.
pub fn revoke_briefing_invitation(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing_id: &BriefingId,
    id: &BriefingInvitationId,
) -> Result<(Briefing, Invitation), Problem> {
    let (briefing, mut row) = load(tx, scope, briefing_id, id)?;
    match row.status {
        InvitationStatus::Revoked => return Ok((briefing.into_inner(), row)),
        InvitationStatus::Pending => {}
        InvitationStatus::Accepted | InvitationStatus::Declined | InvitationStatus::Delegated => {
            return Err(not_possible("revoke", row.state(&briefing, tx.now)));
        }
    }
    row.status = InvitationStatus::Revoked;
    let row = store(tx, row)?;
    notices::uninvite(tx, &row)?;
    tx.record(event("briefing_invitation.revoked", &row, briefing.marking))?;
    Ok((briefing.into_inner(), row))
}

/// Takes back every invitation that is not answered of people who may not see what the briefing has
/// become: controlled information. Their mail is taken back with everyone's (`notices::hush`).
///
/// # Errors
///
/// When the database fails.
pub fn revoke_of_controlled(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    let rows: Vec<(Invitation, OrganizationKind)> = briefing_invitations::table
        .inner_join(organizations::table)
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .filter(briefing_invitations::status.eq(InvitationStatus::Pending))
        .order(briefing_invitations::id)
        .select((Invitation::as_select(), organizations::kind))
        .load(tx.conn)?;
    let rows: Vec<Invitation> = rows
        .into_iter()
        .filter(|(_, kind)| !kind.is_federal())
        .map(|(row, _)| row)
        .collect();
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    for ids in ids.chunks(CHUNK) {
        diesel::update(
            briefing_invitations::table.filter(briefing_invitations::id.eq_any(ids.to_vec())),
        )
        .set((
            briefing_invitations::status.eq(InvitationStatus::Revoked),
            briefing_invitations::version.eq(briefing_invitations::version + 1),
            briefing_invitations::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    }
    let events = rows
        .iter()
        .map(|row| {
            let row = Invitation {
                version: row.version + 1,
                ..row.clone()
            };
            event("briefing_invitation.revoked", &row, briefing.marking)
        })
        .collect();
    record_all(tx, events)
}
