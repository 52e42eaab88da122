//! Briefings in practice: a series, invitations, a venue whose guard asks for access data, a briefing
//! that was held, and a calendar.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::people::People;
use super::{day, weekday_after, weekday_before};
use crate::briefings;
use crate::briefings::after_actions::commands::file_after_action;
use crate::briefings::invitations::answer::answer_invitation;
use crate::briefings::invitations::commands::create_briefing_invitations;
use crate::briefings::lifecycle::BriefingAction;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::commands::{record_attendance, register_attendee};
use crate::briefings::series::advancing::publish_briefing_series;
use crate::briefings::series::commands::{add_briefing_series_exception, create_briefing_series};
use crate::briefings::settings::Settings;
use crate::calendar::commands::create_calendar;
use crate::directory::{briefers, venues};
use crate::kernel::access::{Role, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{BrieferId, BriefingId};
use crate::kernel::secrets::Keyring;
use crate::schema::{briefing_invitations, briefing_occurrences, users};

const ZONE: &str = "America/New_York";

const DAY: i64 = 86_400;

/// Somebody of Phoenix who has no account.
const GUEST: (&str, &str) = ("Ana Ruiz", "ana.ruiz@phoenix.example.gov");

/// Makes them as the office and the city would have, over the last weeks. Returns the token of the
/// city's calendar.
pub(super) fn make(
    tx: &mut Tx<'_>,
    people: &People,
    keyring: &Keyring,
    settings: &Settings,
) -> Result<String, Problem> {
    let office = people.scope(Role::Administrator)?;
    let now = tx.now;
    tx.now = now.plus_seconds(-30 * DAY);
    let briefer = briefers::commands::create_briefer(
        tx,
        read(json!({"name": "Ruth Abernathy", "title": "Director, Local Partnerships"}))?,
    )?
    .id;
    held(tx, people, &office, &briefer, settings, now)?;
    tx.now = now;
    series(tx, &office, &briefer)?;
    guarded(tx, people, &office, keyring, &briefer)?;
    let (_, token) = people.by(tx, Role::LocalStaff, |tx, scope| {
        create_calendar(
            tx,
            scope,
            &read(json!({"kind": "personal", "name": "Chancery"}))?,
        )
    })?;
    Ok(token)
}

/// What a client would send.
fn read<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(Problem::internal)
}

fn at(date: chrono::NaiveDate, hour: u32) -> Value {
    json!({"local": format!("{date}T{hour:02}:00:00"), "time_zone": ZONE})
}

fn published(tx: &mut Tx<'_>, office: &Scope, body: Value) -> Result<Briefing, Problem> {
    let mut row = briefings::commands::create_briefing(tx, read(body)?)?;
    for action in [BriefingAction::Schedule, BriefingAction::Publish] {
        row = advance(tx, office, &row, action)?;
    }
    Ok(row)
}

fn advance(
    tx: &mut Tx<'_>,
    office: &Scope,
    row: &Briefing,
    action: BriefingAction,
) -> Result<Briefing, Problem> {
    let version = IfMatch(row.version);
    briefings::advancing::advance_briefing(tx, office, &row.id, version, action, None)
}

/// A weekly series of which one occurrence is moved and one called off.
fn series(tx: &mut Tx<'_>, office: &Scope, briefer: &BrieferId) -> Result<(), Problem> {
    let first = weekday_after(tx.now, 16);
    let input = read(json!({
        "title": "Trade in the morning", "topic": "trade", "format": "virtual", "capacity": 25,
        "meeting_url": "https://meet.example.gov/trade", "recurrence": "FREQ=WEEKLY;COUNT=5",
        "starts_at": at(first, 10), "ends_at": at(first, 11), "rsvp_lead_minutes": 1440,
        "reminder_hours": [72, 2], "schedule": true, "briefer_ids": [briefer],
    }))?;
    let row = create_briefing_series(tx, &input)?;
    let row = publish_briefing_series(tx, office, &row.id, IfMatch(row.version), &[])?;
    let second: BriefingId = briefing_occurrences::table
        .filter(briefing_occurrences::series_id.eq(&row.id))
        .order(briefing_occurrences::planned_local)
        .offset(1)
        .select(briefing_occurrences::briefing_id)
        .first(tx.conn)?;
    let version = briefings::queries::find(tx.conn, office, &second)?.version;
    let week = |weeks: u64| {
        let days = chrono::Days::new(7 * weeks);
        first.checked_add_days(days).unwrap_or(first)
    };
    let change = read(json!({"starts_at": at(week(1), 14), "ends_at": at(week(1), 15)}))?;
    briefings::commands::update_briefing(tx, office, &second, IfMatch(version), change)?;
    let off = read(json!({"date": day(week(3))?, "reason": "The briefer is in Geneva."}))?;
    add_briefing_series_exception(tx, office, &row.id, IfMatch(row.version), &off)?;
    Ok(())
}

/// A briefing in a guarded house: one invitation is answered, one is open, access data is missing.
fn guarded(
    tx: &mut Tx<'_>,
    people: &People,
    office: &Scope,
    keyring: &Keyring,
    briefer: &BrieferId,
) -> Result<(), Problem> {
    let venue = venues::commands::create_venue(
        tx,
        read(json!({
            "name": "Harry S Truman Building", "address": "2201 C Street NW, Washington, DC 20520",
            "time_zone": ZONE, "capacity": 40, "requires_access_data": true,
        }))?,
    )?;
    let (date, due) = (weekday_after(tx.now, 24), weekday_after(tx.now, 17));
    let briefing = published(
        tx,
        office,
        json!({
            "title": "Cities at the coming summit", "topic": "summit", "format": "in_person",
            "capacity": 30, "starts_at": at(date, 10), "ends_at": at(date, 12),
            "access_deadline": at(due, 17), "venue_id": venue.id, "briefer_ids": [briefer],
        }),
    )?;
    let city = people.account(Role::LocalStaff)?;
    let (name, email): (String, String) = users::table
        .filter(users::id.eq(&city))
        .select((users::name, users::email))
        .first(tx.conn)?;
    let home = super::by_source(tx, super::PHOENIX)?;
    let input = read(json!({"people": [
        {"name": name, "email": email, "organization_id": home},
        {"name": GUEST.0, "email": GUEST.1, "organization_id": home},
    ]}))?;
    create_briefing_invitations(tx, office, keyring, &briefing.id, &input)?;
    let own = briefing_invitations::table
        .filter(briefing_invitations::briefing_id.eq(&briefing.id))
        .filter(briefing_invitations::name.eq(&name))
        .select(briefing_invitations::id)
        .first(tx.conn)?;
    people.by(tx, Role::LocalStaff, |tx, scope| {
        let answer = read(json!({"answer": "accept"}))?;
        answer_invitation(tx, scope, keyring, (&briefing.id, &own), &answer)
    })?;
    Ok(())
}

/// A briefing of three weeks ago: two registered, one came, and something is still to be done.
fn held(
    tx: &mut Tx<'_>,
    people: &People,
    office: &Scope,
    briefer: &BrieferId,
    settings: &Settings,
    now: crate::kernel::time::Timestamp,
) -> Result<(), Problem> {
    let date = weekday_before(now, 20);
    let briefing = published(
        tx,
        office,
        json!({
            "title": "Sister cities in practice", "topic": "partnerships", "format": "virtual",
            "capacity": 30, "starts_at": at(date, 10), "ends_at": at(date, 11),
            "meeting_url": "https://meet.example.gov/sister-cities", "briefer_ids": [briefer],
        }),
    )?;
    let mut all = Vec::new();
    for (name, email) in [GUEST, ("Tomas Begay", "tomas.begay@phoenix.example.gov")] {
        let input = read(json!({"attendee": {"name": name, "email": email}}))?;
        let city = people.scope(Role::LocalStaff)?;
        let (_, row) = register_attendee(tx, &city, &briefing.id, &input)?;
        all.push(row.id);
    }
    tx.now = briefing.starts_at;
    for id in all.iter().take(1) {
        record_attendance(tx, office, &briefing.id, id, true)?;
    }
    tx.now = briefing.ends_at.plus_seconds(DAY);
    advance(tx, office, &briefing, BriefingAction::Deliver)?;
    let report = read(json!({
        "summary": "Phoenix asked how other cities divide the cost of an exchange.",
        "outcomes": ["Phoenix and its sister city plan an exchange of staff."],
        "follow_ups": [{
            "task": "Send the model agreement to Phoenix.",
            "owner_id": people.account(Role::Scheduler)?, "due_on": day(weekday_after(now, 7))?,
        }],
    }))?;
    people.by(tx, Role::Scheduler, |tx, scope| {
        file_after_action(tx, scope, settings, &briefing.id, None, &report)
    })?;
    Ok(())
}
