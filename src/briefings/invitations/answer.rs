//! Answering an invitation, once: by its link, or signed in as the person who is invited. The
//! briefing is locked, so that of two answers at once one counts.

use crate::briefings::invitations::aggregate::{self, by_token, event, insert, store};
use crate::briefings::invitations::commands::{draft, sealed};
use crate::briefings::invitations::model::{Invitation, InvitationState, InvitationStatus};
use crate::briefings::invitations::queries;
use crate::briefings::invitations::recipients::Person;
use crate::briefings::invitations::wire::{AnswerInvitation, Delegate, InvitationAnswer};
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::notices;
use crate::briefings::registrations::model::Registration;
use crate::briefings::registrations::seats::{Newcomer, admit, expect_open, registered};
use crate::identity::model::{UserStatus, fold_email};
use crate::identity::queries::get as get_user;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BriefingId, BriefingInvitationId, UserId};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{briefing_invitations, users};
use diesel::prelude::*;

/// What an answer led to.
#[derive(Debug)]
pub struct Answered {
    /// The briefing.
    pub briefing: Briefing,
    /// The invitation.
    pub invitation: Invitation,
    /// The registration, after an acceptance.
    pub registration: Option<Registration>,
}

/// The invitation can be answered.
///
/// # Errors
///
/// 409 when it was; 410 when its time is over or it was taken back.
pub(super) fn expect_unanswered(
    briefing: &Briefing,
    row: &Invitation,
    now: Timestamp,
) -> Result<(), Problem> {
    match row.state(briefing, now) {
        InvitationState::Pending => Ok(()),
        InvitationState::Expired | InvitationState::Revoked => Err(over()),
        state => Err(Problem::new(
            Code::InvitationAnswered,
            "This invitation was answered already.",
        )
        .with("answer", state.as_str())),
    }
}

/// Nobody whose account was closed acts for an organization by a link that they still have.
///
/// # Errors
///
/// 410 when the account with the address of the invitation was closed.
fn expect_still_there(conn: &mut Connection, row: &Invitation) -> Result<(), Problem> {
    let closed: Option<UserId> = users::table
        .filter(users::email_folded.eq(&row.email_folded))
        .filter(users::status.eq(UserStatus::Deactivated))
        .select(users::id)
        .first(conn)
        .optional()?;
    match closed {
        None => Ok(()),
        Some(_) => Err(over()),
    }
}

fn over() -> Problem {
    Problem::new(
        Code::InvitationExpired,
        "This invitation has expired or was taken back.",
    )
}

/// The invitation of a link and its briefing, where it can be answered.
///
/// # Errors
///
/// 404 when there is no such link; 409 when it was answered or is planned anew; 410 when it is over.
pub fn look_up(
    conn: &mut Connection,
    token: &str,
    now: Timestamp,
) -> Result<(Briefing, Invitation), Problem> {
    use crate::kernel::db::Aggregate;
    let row = by_token(conn, token)?;
    let briefing =
        Briefing::load(conn, row.briefing_id.as_str())?.ok_or_else(Problem::not_found)?;
    expect_unanswered(&briefing, &row, now)?;
    expect_still_there(conn, &row)?;
    // While it is planned anew it is hidden from its audience; a link shows no more than an account.
    if !BriefingStatus::SHOWN_TO_AUDIENCE.contains(&briefing.status) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "This briefing is being planned anew. Look again when it is published.",
        )
        .with("state", briefing.status.as_str()));
    }
    Ok((briefing, row))
}

/// Answers by a link.
///
/// # Errors
///
/// 404 when there is no such link; 409 when it was used or registration is closed; 410 when it is
/// over; 422 with every broken rule.
pub fn answer_link(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    token: &str,
    given: &AnswerInvitation,
) -> Result<Answered, Problem> {
    let seen = by_token(tx.conn, token)?;
    let briefing = lock(tx, &seen.briefing_id)?;
    // Read again under the lock: the link may be another by now.
    let row = by_token(tx.conn, token)?;
    answer(tx, keyring, briefing, row, given)
}

/// Answers as the person who is invited, signed in.
///
/// # Errors
///
/// 403 for others who may see the invitation; 404; else as [`answer_link`].
pub fn answer_invitation(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keyring: &Keyring,
    (briefing_id, id): (&BriefingId, &BriefingInvitationId),
    given: &AnswerInvitation,
) -> Result<Answered, Problem> {
    let (user, _) = scope.person()?;
    let (user, _) = get_user(tx.conn, user)?;
    let own = aggregate::load(tx.conn, briefing_id, id)?
        .filter(|row| row.email_folded == user.email_folded);
    if own.is_none() {
        // Nobody is told of an invitation that is not theirs to see.
        if scope.can(Permission::InvitationsRead) {
            queries::find(tx.conn, scope, briefing_id, id)?;
            return Err(Problem::new(
                Code::Forbidden,
                "An invitation is answered by the person who is invited.",
            ));
        }
        return Err(Problem::not_found());
    }
    let briefing = lock(tx, briefing_id)?;
    let row = aggregate::load(tx.conn, briefing_id, id)?.ok_or_else(Problem::not_found)?;
    answer(tx, keyring, briefing, row, given)
}

fn lock(tx: &mut Tx<'_>, id: &BriefingId) -> Result<Locked<Briefing>, Problem> {
    Locked::<Briefing>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)
}

fn answer(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    briefing: Locked<Briefing>,
    mut row: Invitation,
    given: &AnswerInvitation,
) -> Result<Answered, Problem> {
    expect_unanswered(&briefing, &row, tx.now)?;
    expect_still_there(tx.conn, &row)?;
    given.check()?;
    row.answered_at = Some(tx.now);
    row.note = text::clean_optional(given.note.as_deref());
    notices::uninvite(tx, &row)?;
    let mut registration = None;
    let kind = match (given.answer, &given.delegate) {
        (InvitationAnswer::Accept, _) => {
            let made = accept(tx, &briefing, &row, given)?;
            row.status = InvitationStatus::Accepted;
            row.registration_id = Some(made.id.clone());
            registration = Some(made);
            "briefing_invitation.accepted"
        }
        (InvitationAnswer::Decline, _) => {
            row.status = InvitationStatus::Declined;
            "briefing_invitation.declined"
        }
        (InvitationAnswer::Delegate, Some(delegate)) => {
            hand_on(tx, keyring, &briefing, &row, delegate)?;
            row.status = InvitationStatus::Delegated;
            "briefing_invitation.delegated"
        }
        (InvitationAnswer::Delegate, None) => {
            return Err(Problem::internal(
                "a delegation to nobody passed the checks",
            ));
        }
    };
    let row = store(tx, row)?;
    tx.record(event(kind, &row, briefing.marking))?;
    Ok(Answered {
        briefing: briefing.into_inner(),
        invitation: row,
        registration,
    })
}

/// Registers the person who is invited; whom the organization has registered already stays so.
///
/// # Errors
///
/// 409 when another organization has registered the person, or registration is closed.
fn accept(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    row: &Invitation,
    given: &AnswerInvitation,
) -> Result<Registration, Problem> {
    expect_open(tx, briefing)?;
    if let Some(known) = registered(tx.conn, &briefing.id, &row.email_folded)? {
        if known.organization_id == row.organization_id {
            return Ok(known);
        }
        return Err(Problem::new(
            Code::AlreadyRegistered,
            "You are registered for this briefing by another organization.",
        ));
    }
    let attendee = given.attendee.clone().unwrap_or_default();
    let newcomer = Newcomer {
        organization_id: row.organization_id.clone(),
        name: attendee.name.unwrap_or_else(|| row.name.clone()),
        email: row.email.clone(),
        title: attendee.title.or_else(|| row.title.clone()),
        accommodations: attendee.accommodations,
    };
    admit(tx, briefing, &newcomer)
}

/// Invites somebody else in the place of the person who is invited, unless the organization has invited
/// or registered them already. What another organization did with them makes no difference: whoever
/// sees the organization's invitations would see it. Nobody hands on what was handed on to them.
fn hand_on(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    briefing: &Locked<Briefing>,
    row: &Invitation,
    delegate: &Delegate,
) -> Result<(), Problem> {
    expect_open(tx, briefing)?;
    let email_folded = fold_email(&delegate.email);
    let mut faults = Faults::default();
    faults.require(
        row.delegated_from.is_none(),
        "/answer",
        "not_possible",
        "cannot be `delegate`: this invitation was handed on already",
    );
    faults.require(
        email_folded != row.email_folded,
        "/delegate/email",
        "same_person",
        "must be another person's",
    );
    faults.finish()?;
    let is_invited: Option<BriefingInvitationId> = briefing_invitations::table
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .filter(briefing_invitations::organization_id.eq(&row.organization_id))
        .filter(briefing_invitations::email_folded.eq(&email_folded))
        .filter(briefing_invitations::status.ne(InvitationStatus::Revoked))
        .select(briefing_invitations::id)
        .first(tx.conn)
        .optional()?;
    let is_registered = registered(tx.conn, &briefing.id, &email_folded)?
        .is_some_and(|known| known.organization_id == row.organization_id);
    if is_invited.is_some() || is_registered {
        return Ok(());
    }
    let person = Person {
        organization_id: row.organization_id.clone(),
        name: text::clean(&delegate.name),
        email: text::clean(&delegate.email),
        email_folded,
        title: text::clean_optional(delegate.title.as_deref()),
    };
    let (mut invitation, token) = draft(briefing, person, row.expires_at, tx.now)?;
    invitation.delegated_from = Some(row.id.clone());
    insert(tx, std::slice::from_ref(&invitation))?;
    tx.record(event(
        "briefing_invitation.sent",
        &invitation,
        briefing.marking,
    ))?;
    notices::invited(tx, briefing, vec![(&invitation, sealed(keyring, &token)?)])
}
