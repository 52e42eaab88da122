//! Mail about briefings, queued in the transaction of what it tells: who has a seat, what was moved,
//! put off or called off, and reminders.
//!
//! Attendees with a seat get a meeting request, or its cancellation, under the appointment's one UID;
//! everyone else gets text. Of a briefing that is marked as controlled information neither says
//! what it is about or where it is.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::invitations::model::{Invitation, InvitationStatus};
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::rules;
use crate::briefings::told::{Told, has_seat, on_the_wall};
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::ical::Method;
use crate::kernel::id::{BriefingInvitationId, RegistrationId};
use crate::kernel::time::Timestamp;
use crate::mail::outbox::{self, Draft, Recipient};
use crate::mail::template::Template;
use crate::schema::{briefing_invitations, briefings, registrations};

/// Where an invitation is answered; the link's token follows as a fragment, so that no log has it.
const ANSWER_PAGE: &str = "/invitations#{token}";

/// Hours before the start within which it is worth waking somebody for a seat, or when a briefing is
/// moved or off.
const URGENT_HOURS: i64 = 48;

/// Mails by which an attendee learns of a seat, or of a place in line.
const SEAT: [Template; 3] = [
    Template::RegistrationConfirmed,
    Template::RegistrationWaitlisted,
    Template::RegistrationPromoted,
];

/// Mails by which somebody learns of being invited.
const INVITED: [Template; 1] = [Template::BriefingInvitation];

fn is_near(briefing: &Briefing, now: Timestamp) -> bool {
    now.seconds_until(briefing.starts_at) < URGENT_HOURS * 3600
}

/// Tells an attendee who has just been registered: of the seat, with a meeting request, or of the
/// place in line.
///
/// # Errors
///
/// When the database fails.
pub fn registered(tx: &mut Tx<'_>, briefing: &Briefing, row: &Registration) -> Result<(), Problem> {
    let told = Told::of(tx.conn, briefing)?;
    let template = if has_seat(row) {
        Template::RegistrationConfirmed
    } else {
        Template::RegistrationWaitlisted
    };
    let mut draft = told.to_attendee(row, template, once(row, "registered"));
    draft.meeting = has_seat(row).then(|| told.meeting(Method::Request));
    draft.urgent = is_near(briefing, tx.now);
    outbox::queue(tx, draft)?;
    Ok(())
}

/// Tells attendees who waited of their seats; that they wait is no news any more.
///
/// # Errors
///
/// When the database fails.
pub fn promoted(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    rows: &[Registration],
) -> Result<(), Problem> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let waiting = [Template::RegistrationWaitlisted];
    outbox::withdraw_all(tx, "registration", &ids, &waiting)?;
    let told = Told::of(tx.conn, briefing)?;
    let urgent = is_near(briefing, tx.now);
    let drafts = rows
        .iter()
        .map(|row| {
            let mut draft =
                told.to_attendee(row, Template::RegistrationPromoted, once(row, "promoted"));
            draft.meeting = Some(told.meeting(Method::Request));
            draft.urgent = urgent;
            draft
        })
        .collect();
    outbox::queue_all(tx, drafts)?;
    Ok(())
}

/// Tells an attendee that the registration is cancelled. `had_seat` says whether there is an
/// appointment to take back.
///
/// # Errors
///
/// When the database fails.
pub fn cancelled(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    row: &Registration,
    had_seat: bool,
) -> Result<(), Problem> {
    let about = ("registration", row.id.as_str());
    outbox::withdraw(tx, about, &SEAT)?;
    let mut told = Told::of(tx.conn, briefing)?;
    if had_seat {
        // The cancellation comes after what this calendar has seen, and whatever it is sent when the
        // same person registers again comes after the cancellation (RFC 5546, section 2.1.5).
        told.event.sequence = briefing.sequence + 1;
        diesel::update(briefings::table.filter(briefings::id.eq(&briefing.id)))
            .set(briefings::sequence.eq(briefing.sequence + 2))
            .execute(tx.conn)?;
    }
    let mut draft = told.to_attendee(row, Template::RegistrationCancelled, once(row, "cancelled"));
    draft.meeting = had_seat.then(|| told.meeting(Method::Cancel));
    // Why a briefing is off is not why this person does not come.
    if let Some(values) = draft.values.as_object_mut() {
        values.insert("reason".to_owned(), serde_json::Value::Null);
    }
    outbox::queue(tx, draft)?;
    Ok(())
}

/// A registration is told once of each of its versions.
fn once(row: &Registration, what: &str) -> String {
    format!("{}/{}/{what}", row.id, row.version)
}

/// What became of a change that was asked for too late.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// The change.
    pub change: &'a str,
    /// Whether it was made.
    pub is_accepted: bool,
    /// Why.
    pub reason: Option<&'a str>,
    /// Whether the registration was to be cancelled; else it was to be corrected.
    pub is_cancellation: bool,
}

/// Tells what became of a change that was asked for too late: the attendee, and whoever asked.
///
/// # Errors
///
/// When the database fails.
pub fn change_decided(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    row: &Registration,
    decision: &Decision<'_>,
    asked: Option<Recipient>,
) -> Result<(), Problem> {
    let told = Told::of(tx.conn, briefing)?;
    let attendee = Recipient {
        name: Some(row.attendee_name.clone()),
        email: row.attendee_email.clone(),
    };
    let asked = asked.filter(|asked| !asked.email.eq_ignore_ascii_case(&attendee.email));
    // Whose registration was cancelled is told so already.
    let is_told = decision.is_cancellation && decision.is_accepted;
    for to in Some(attendee).filter(|_| !is_told).into_iter().chain(asked) {
        let mut draft = told.to_attendee(
            row,
            Template::RegistrationChangeDecided,
            format!("{}/{}", decision.change, to.email.to_lowercase()),
        );
        let name = to.name.clone().unwrap_or_default();
        draft.values = told.values_for(&name, (true, has_seat(row)), None);
        if let Some(values) = draft.values.as_object_mut() {
            values.insert("is_accepted".to_owned(), decision.is_accepted.into());
            values.insert("reason".to_owned(), decision.reason.into());
            values.insert(
                "is_cancellation".to_owned(),
                decision.is_cancellation.into(),
            );
            values.insert("attendee".to_owned(), json!({"name": row.attendee_name}));
        }
        draft.to = to;
        outbox::queue(tx, draft)?;
    }
    Ok(())
}

/// The mail that invites: its link carries `token`, which is sealed.
///
/// # Errors
///
/// When the database fails.
pub fn invited(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    rows: Vec<(&Invitation, String)>,
) -> Result<(), Problem> {
    let told = Told::of(tx.conn, briefing)?;
    let drafts = rows
        .into_iter()
        .map(|(row, token)| {
            let once = format!("{}/{}", row.id, row.sends);
            invitation(&told, briefing, row, token, once)
        })
        .collect();
    outbox::queue_all(tx, drafts)?;
    Ok(())
}

fn invitation(
    told: &Told<'_>,
    briefing: &Briefing,
    row: &Invitation,
    token: String,
    once: String,
) -> Draft {
    let ends_at = row.ends_at(briefing);
    let mut draft = told.to_invited(row, Template::BriefingInvitation, once);
    draft.about = ("briefing_invitation", row.id.to_string());
    draft.values = told.values_for(&row.name, (false, false), Some(ANSWER_PAGE));
    if let Some(values) = draft.values.as_object_mut() {
        let until = on_the_wall(&briefing.zoned(ends_at));
        values.insert("answer_by".to_owned(), until.into());
    }
    draft.secret = Some(token);
    draft.useful_until = Some(ends_at);
    draft
}

/// Invitations that still wait are of use for as long as they can be answered, after a change of that.
///
/// # Errors
///
/// When the database fails.
pub fn closing_moved(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    let is_put_off = briefing.status != BriefingStatus::Published;
    let mut by_end: BTreeMap<Timestamp, Vec<String>> = BTreeMap::new();
    for row in unanswered(tx.conn, briefing)? {
        let ids = by_end.entry(row.ends_at(briefing)).or_default();
        ids.push(row.id.to_string());
    }
    for (until, ids) in by_end {
        outbox::set_useful_until(tx, "briefing_invitation", &ids, until)?;
        if is_put_off {
            outbox::put_off(tx, "briefing_invitation", &ids, &INVITED)?;
        }
    }
    Ok(())
}

/// Takes back the mail that invites, where it still waits.
///
/// # Errors
///
/// When the database fails.
pub fn uninvite(tx: &mut Tx<'_>, row: &Invitation) -> Result<(), Problem> {
    let about = ("briefing_invitation", row.id.as_str());
    outbox::withdraw(tx, about, &[Template::BriefingInvitation])?;
    Ok(())
}

/// Mails that a change of the appointment makes wrong, while they wait.
const OUTDATED: &[Template] = &[
    Template::BriefingReminder,
    Template::BriefingRescheduled,
    Template::BriefingPostponed,
];

/// Tells everyone concerned that calendars must show something else: attendees with a seat by a
/// meeting request that takes the place of the one before, everyone else in words.
///
/// # Errors
///
/// When the database fails.
pub fn rescheduled(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    tell_all(
        tx,
        briefing,
        Template::BriefingRescheduled,
        Some(Method::Request),
    )
}

/// Tells everyone concerned that a briefing is put off or called off; the appointment is taken out
/// of calendars.
///
/// # Errors
///
/// When the database fails.
pub fn off(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    withdraw_promises(tx, briefing)?;
    let template = match briefing.status {
        BriefingStatus::Postponed => Template::BriefingPostponed,
        _ => Template::BriefingCancelled,
    };
    tell_all(tx, briefing, template, Some(Method::Cancel))
}

/// Takes back what still waits and would promise a seat, or ask for an answer, after the news that
/// there is no briefing. Invitations to one that is put off wait until it is published again.
fn withdraw_promises(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    let (registered, invited) = concerned(tx.conn, briefing)?;
    outbox::withdraw_all(tx, "registration", &registered, &SEAT)?;
    let data = [Template::AccessDataWanted];
    outbox::withdraw_all(tx, "registration", &registered, &data)?;
    if briefing.status == BriefingStatus::Cancelled {
        outbox::withdraw_all(tx, "briefing_invitation", &invited, &INVITED)?;
    } else {
        outbox::put_off(tx, "briefing_invitation", &invited, &INVITED)?;
    }
    Ok(())
}

fn tell_all(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    template: Template,
    method: Option<Method>,
) -> Result<(), Problem> {
    outbox::withdraw(tx, ("briefing", briefing.id.as_str()), OUTDATED)?;
    let told = Told::of(tx.conn, briefing)?;
    // The version, not the sequence: a briefing may come back as it was.
    let once = |kind: Template, id: &str| {
        format!("{}/{}/{}/{id}", briefing.id, briefing.version, kind.kind())
    };
    let takes_place = template == Template::BriefingRescheduled;
    let attendees = attendees(tx.conn, briefing, true)?;
    let ids = attendees.iter().map(|row| row.id.to_string()).collect();
    let unheard = unheard(tx, "registration", ids, &SEAT, takes_place)?;
    let mut drafts = Vec::with_capacity(attendees.len());
    for row in &attendees {
        let id = row.id.as_str();
        // Whoever has not heard of the registration yet hears of it as it is now.
        let mut draft = if takes_place && unheard.contains_key(id) {
            let seat = match has_seat(row) {
                true => Template::RegistrationConfirmed,
                false => Template::RegistrationWaitlisted,
            };
            told.to_attendee(row, seat, once(seat, id))
        } else {
            told.of_briefing(row, template, once(template, id))
        };
        draft.meeting = method
            .filter(|_| has_seat(row))
            .map(|method| told.meeting(method));
        drafts.push(draft);
    }
    drafts.extend(tell_invited(tx, briefing, &told, template)?);
    let urgent = is_near(briefing, tx.now);
    for draft in &mut drafts {
        draft.urgent = urgent;
    }
    outbox::queue_all(tx, drafts)?;
    Ok(())
}

/// What those hear who have not answered. Whoever has not heard of the invitation yet is invited to what
/// the briefing is now, and hears nothing of what it was.
fn tell_invited(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    told: &Told<'_>,
    template: Template,
) -> Result<Vec<Draft>, Problem> {
    let takes_place = template == Template::BriefingRescheduled;
    let rows = unanswered(tx.conn, briefing)?;
    let ids = rows.iter().map(|row| row.id.to_string()).collect();
    let mut unheard = unheard(tx, "briefing_invitation", ids, &INVITED, takes_place)?;
    let once = |kind: &str, id: &str| format!("{}/{}/{kind}/{id}", briefing.id, briefing.version);
    let mut drafts = Vec::new();
    for row in &rows {
        let id = row.id.as_str();
        match (unheard.remove(id), takes_place) {
            (Some(Some(token)), true) => {
                drafts.push(invitation(told, briefing, row, token, once("again", id)));
            }
            (Some(_), false) => {}
            // Also where the mail that waited ran out meanwhile: its link is gone.
            (None, _) | (Some(None), true) => {
                drafts.push(told.to_invited(row, template, once(template.kind(), id)));
            }
        }
    }
    Ok(drafts)
}

/// Which of these records their people have not heard of, with the sealed token of the mail that still
/// waits. With `take` it waits no more.
fn unheard(
    tx: &mut Tx<'_>,
    kind: &str,
    ids: Vec<String>,
    templates: &[Template],
    take: bool,
) -> Result<HashMap<String, Option<String>>, Problem> {
    let unheard = outbox::unheard(tx, kind, &ids, templates)?;
    if take {
        let ids: Vec<String> = unheard.keys().cloned().collect();
        outbox::withdraw_all(tx, kind, &ids, templates)?;
    }
    Ok(unheard)
}

/// Reminds those who have a seat and, while they still may, those who have not answered their
/// invitation, `hours` before the start. Returns how many.
///
/// # Errors
///
/// When the database fails.
pub fn remind(tx: &mut Tx<'_>, briefing: &Briefing, hours: i64) -> Result<usize, Problem> {
    let told = Told::of(tx.conn, briefing)?;
    let once = |id: &str| format!("{}/{}/{hours}/{id}", briefing.id, briefing.starts_at);
    let mut drafts = Vec::new();
    for row in &attendees(tx.conn, briefing, false)? {
        drafts.push(told.of_briefing(row, Template::BriefingReminder, once(row.id.as_str())));
    }
    if rules::is_registration_open(briefing, tx.now) {
        let invited = unanswered(tx.conn, briefing)?;
        let open = invited
            .iter()
            .filter(|row| row.expires_at.is_none_or(|until| tx.now < until));
        for row in open {
            drafts.push(told.to_invited(row, Template::BriefingReminder, once(row.id.as_str())));
        }
    }
    for draft in &mut drafts {
        draft.useful_until = Some(briefing.starts_at);
    }
    let count = drafts.len();
    outbox::queue_all(tx, drafts)?;
    Ok(count)
}

/// Takes back whatever still waits about a briefing: it tells what has become controlled
/// information.
///
/// # Errors
///
/// When the database fails.
pub fn hush(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    let (registered, invited) = concerned(tx.conn, briefing)?;
    for (kind, ids) in [
        ("briefing", vec![briefing.id.to_string()]),
        ("registration", registered),
        ("briefing_invitation", invited),
    ] {
        outbox::withdraw_all(tx, kind, &ids, Template::ALL)?;
    }
    Ok(())
}

/// The ids of a briefing's registrations and of its invitations.
fn concerned(
    conn: &mut Connection,
    briefing: &Briefing,
) -> Result<(Vec<String>, Vec<String>), Problem> {
    let registered: Vec<RegistrationId> = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .select(registrations::id)
        .load(conn)?;
    let invited: Vec<BriefingInvitationId> = briefing_invitations::table
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .select(briefing_invitations::id)
        .load(conn)?;
    Ok((
        registered.iter().map(ToString::to_string).collect(),
        invited.iter().map(ToString::to_string).collect(),
    ))
}

fn attendees(
    conn: &mut Connection,
    briefing: &Briefing,
    with_waiting: bool,
) -> Result<Vec<Registration>, Problem> {
    let wanted = if with_waiting {
        vec![
            RegistrationStatus::Confirmed,
            RegistrationStatus::Waitlisted,
        ]
    } else {
        vec![RegistrationStatus::Confirmed]
    };
    Ok(registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::status.eq_any(wanted))
        .order(registrations::place)
        .select(Registration::as_select())
        .load(conn)?)
}

fn unanswered(conn: &mut Connection, briefing: &Briefing) -> Result<Vec<Invitation>, Problem> {
    Ok(briefing_invitations::table
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .filter(briefing_invitations::status.eq(InvitationStatus::Pending))
        .order(briefing_invitations::id)
        .select(Invitation::as_select())
        .load(conn)?)
}
