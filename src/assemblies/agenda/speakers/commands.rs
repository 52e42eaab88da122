//! Asking for the floor, giving it, and what becomes of it.

use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::agenda::model::{Speaker, SpeakerStatus};
use crate::assemblies::agenda::queries::find as find_item;
use crate::assemblies::agenda::speakers::queries::{find, load};
use crate::assemblies::agenda::speakers::wire::AskForFloor;
use crate::assemblies::presence::acting::{self, is_principal_there};
use crate::assemblies::presence::intervals::present_now;
use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::seats::entitlement::{Standing, standings};
use crate::assemblies::sessions::aggregate::{acquire, event};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::queries::expect_state;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::constraint::is_violated;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{AgendaItemId, SeatId, SpeakerId, UserId};
use crate::kernel::text;
use crate::schema::agenda_speakers;

/// Puts somebody on the list of an item: a member themself, or the clerk for them. They must be
/// present for the seat.
///
/// # Errors
///
/// 403 for whoever may not act for the seat; 404; 409 unless the session is open, when the item was
/// struck, when they are not present, or when the seat waits already; 422.
pub fn ask(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AgendaItemId,
    input: &AskForFloor,
) -> Result<(Session, Speaker), Problem> {
    let (session, _) = find_item(tx.conn, scope, id)?;
    let session = acquire(tx, &session.id)?;
    let (_, item) = find_item(tx.conn, scope, id)?;
    expect_state(&session, scope, "Asking for the floor", is_open)?;
    if item.is_struck {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "The item was struck from the agenda.",
        )
        .with("state", "struck"));
    }
    let standings = standings(tx.conn, &session.assembly_id, Some(&session.id), tx.now)?;
    let (seat_id, user_id) = if scope.oversees(Permission::SessionsClerk) {
        named_by_clerk(&standings, input)?
    } else {
        own(tx, &standings, scope, input)?
    };
    let is_present = present_now(tx.conn, &session.id)?
        .iter()
        .any(|presence| presence.seat_id == seat_id && presence.user_id == user_id);
    if !is_present {
        return Err(Problem::new(
            Code::Conflict,
            "Only who is recorded as present for the seat asks for the floor.",
        )
        .with("seat_id", seat_id.as_str()));
    }
    let row = Speaker {
        id: SpeakerId::fresh(),
        session_id: session.id.clone(),
        item_id: id.clone(),
        seat_id,
        user_id,
        is_point_of_order: input.is_point_of_order,
        note: text::clean_optional(input.note.as_deref()),
        status: SpeakerStatus::Waiting,
        requested_at: tx.now,
        started_at: None,
        ended_at: None,
    };
    insert(tx, &row)?;
    record(tx, "assembly_session.floor_requested", &session, &row)?;
    Ok((session.into_inner(), row))
}

fn is_open(status: SessionStatus) -> bool {
    status == SessionStatus::Open
}

/// Whom the clerk enters: the holder, or whom they name, if that person may act for the seat.
fn named_by_clerk(
    standings: &[Standing],
    input: &AskForFloor,
) -> Result<(SeatId, UserId), Problem> {
    let mut faults = Faults::default();
    let found = standings
        .iter()
        .find(|standing| input.seat_id.as_ref() == Some(&standing.seat.id));
    match (&input.seat_id, found) {
        (None, _) => faults.add(
            "/seat_id",
            "required",
            "is needed: which seat is spoken for",
        ),
        (Some(_), None) => faults.add(
            "/seat_id",
            "unknown",
            "is no seat of this assembly that somebody holds",
        ),
        (Some(_), Some(standing)) => {
            let user = input.user_id.as_ref().unwrap_or(&standing.holder.user_id);
            if standing.capacity_of(user).is_some() {
                return Ok((standing.seat.id.clone(), user.clone()));
            }
            faults.add(
                "/user_id",
                "not_entitled",
                "may not act for this seat at this instant",
            );
        }
    }
    faults.finish()?;
    Err(Problem::internal(
        "a speaker without a seat passed the checks",
    ))
}

/// The seat for which the caller asks: the one they name, or the only one that is theirs.
///
/// A proxy whose principal is in the room speaks for nobody.
fn own(
    tx: &mut Tx<'_>,
    standings: &[Standing],
    scope: &Scope,
    input: &AskForFloor,
) -> Result<(SeatId, UserId), Problem> {
    let not_entitled = || acting::not_entitled("You may not act for this seat at this instant.");
    let user = scope.user().ok_or_else(not_entitled)?;
    let mut faults = Faults::default();
    faults.require(
        input.user_id.as_ref().is_none_or(|named| named == user),
        "/user_id",
        "not_permitted",
        "is for the clerk: others ask for the floor themselves",
    );
    faults.finish()?;
    let mut theirs: Vec<(&SeatId, PresenceCapacity)> = Vec::new();
    for standing in standings {
        let found = acting::capacity_of(tx.conn, scope, standing, Permission::MotionsWrite)?;
        let Some(capacity) = found else { continue };
        if capacity != PresenceCapacity::Proxy || !is_principal_there(tx.conn, standing)? {
            theirs.push((&standing.seat.id, capacity));
        }
    }
    if let Some(named) = &input.seat_id {
        return theirs
            .iter()
            .find(|(seat, _)| *seat == named)
            .map(|(seat, _)| ((*seat).clone(), user.clone()))
            .ok_or_else(not_entitled);
    }
    let sits: Vec<&SeatId> = theirs
        .iter()
        .filter(|(_, capacity)| *capacity != PresenceCapacity::Proxy)
        .map(|(seat, _)| *seat)
        .collect();
    match (sits.as_slice(), theirs.is_empty()) {
        ([seat], _) => Ok(((*seat).clone(), user.clone())),
        (_, true) => Err(not_entitled()),
        _ => {
            faults = Faults::default();
            faults.add(
                "/seat_id",
                "required",
                "is needed: you may act for several seats",
            );
            faults.finish()?;
            Err(not_entitled())
        }
    }
}

fn insert(tx: &mut Tx<'_>, row: &Speaker) -> Result<(), Problem> {
    let inserted: Result<(), diesel::result::Error> = tx.savepoint(|tx| {
        diesel::insert_into(agenda_speakers::table)
            .values(row.clone())
            .execute(tx.conn)
            .map(drop)
    });
    match inserted {
        Err(error)
            if is_violated(
                &error,
                "agenda_speakers_waiting_key",
                "agenda_speakers.item_id, agenda_speakers.seat_id, agenda_speakers.is_point_of_order",
            ) =>
        {
            Err(Problem::new(
                Code::Conflict,
                "Somebody waits for this seat on this item already.",
            )
            .with("seat_id", row.seat_id.as_str()))
        }
        other => Ok(other?),
    }
}

fn record(
    tx: &mut Tx<'_>,
    kind: &'static str,
    session: &Session,
    row: &Speaker,
) -> Result<(), Problem> {
    tx.record(event(kind, session).payload(json!({
        "speaker_id": row.id, "item_id": row.item_id, "seat_id": row.seat_id,
        "is_point_of_order": row.is_point_of_order, "status": row.status,
    })))
}

/// Locks the session of a place in the list.
fn begin(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SpeakerId,
) -> Result<(Locked<Session>, Speaker), Problem> {
    let (session, _) = find(tx.conn, scope, id)?;
    let session = acquire(tx, &session.id)?;
    let row = load(tx.conn, id)?;
    Ok((session, row))
}

fn expect_status(row: &Speaker, wanted: SpeakerStatus) -> Result<(), Problem> {
    if row.status == wanted {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!("This is not possible while the state is `{}`.", row.status),
    )
    .with("state", row.status.as_str()))
}

fn store(tx: &mut Tx<'_>, row: &Speaker) -> Result<(), Problem> {
    diesel::update(agenda_speakers::table.filter(agenda_speakers::id.eq(&row.id)))
        .set(row)
        .execute(tx.conn)?;
    Ok(())
}

/// Those of a session in this state.
fn those(
    tx: &mut Tx<'_>,
    session: &Session,
    status: SpeakerStatus,
) -> Result<Vec<Speaker>, Problem> {
    Ok(agenda_speakers::table
        .filter(agenda_speakers::session_id.eq(&session.id))
        .filter(agenda_speakers::status.eq(status))
        .order((agenda_speakers::requested_at, agenda_speakers::id))
        .select(Speaker::as_select())
        .load(tx.conn)?)
}

/// Gives somebody the floor.
///
/// # Errors
///
/// 404; 409 unless the session is open and they wait, while somebody else has the floor whom it does
/// not interrupt, and for a speech while a point of order waits.
pub fn start(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SpeakerId,
) -> Result<(Session, Speaker), Problem> {
    expect_office(scope, Permission::SessionsClerk)?;
    let (session, mut row) = begin(tx, scope, id)?;
    expect_state(&session, scope, "Giving the floor", is_open)?;
    expect_status(&row, SpeakerStatus::Waiting)?;
    if let Some(speaking) = those(tx, &session, SpeakerStatus::Speaking)?.pop() {
        if !row.is_point_of_order || speaking.is_point_of_order {
            return Err(in_the_way("Somebody else has the floor.", &speaking));
        }
        interrupt(tx, &session, speaking)?;
    }
    if !row.is_point_of_order {
        let waiting = those(tx, &session, SpeakerStatus::Waiting)?;
        if let Some(point) = waiting.iter().find(|other| other.is_point_of_order) {
            return Err(in_the_way("A point of order goes first.", point));
        }
    }
    row.status = SpeakerStatus::Speaking;
    row.started_at = Some(tx.now);
    store(tx, &row)?;
    record(tx, "assembly_session.floor_given", &session, &row)?;
    Ok((session.into_inner(), row))
}

fn in_the_way(what: &str, other: &Speaker) -> Problem {
    Problem::new(Code::Conflict, what).with("speaker_id", other.id.as_str())
}

/// Ends a speech for a point of order. Its time stays as it is, and its speaker waits again where
/// they stood, unless the seat waits already.
fn interrupt(tx: &mut Tx<'_>, session: &Session, mut speech: Speaker) -> Result<(), Problem> {
    let again = Speaker {
        id: SpeakerId::fresh(),
        status: SpeakerStatus::Waiting,
        started_at: None,
        ..speech.clone()
    };
    speech.status = SpeakerStatus::Spoken;
    speech.ended_at = Some(tx.now);
    store(tx, &speech)?;
    record(tx, "assembly_session.floor_interrupted", session, &speech)?;
    let waits = those(tx, session, SpeakerStatus::Waiting)?
        .iter()
        .any(|other| {
            other.item_id == again.item_id
                && other.seat_id == again.seat_id
                && !other.is_point_of_order
        });
    if waits {
        return Ok(());
    }
    insert(tx, &again)
}

/// Ends a speech.
///
/// # Errors
///
/// 404; 409 unless they have the floor.
pub fn finish(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SpeakerId,
) -> Result<(Session, Speaker), Problem> {
    expect_office(scope, Permission::SessionsClerk)?;
    let (session, mut row) = begin(tx, scope, id)?;
    expect_status(&row, SpeakerStatus::Speaking)?;
    row.status = SpeakerStatus::Spoken;
    row.ended_at = Some(tx.now);
    store(tx, &row)?;
    record(tx, "assembly_session.floor_finished", &session, &row)?;
    Ok((session.into_inner(), row))
}

/// Takes somebody off the list who no longer wants to speak: they themself, whoever else may act for
/// the seat, or the clerk.
///
/// # Errors
///
/// 403 for anyone else; 404; 409 unless they wait in a session that is not over.
pub fn withdraw(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &SpeakerId,
) -> Result<(Session, Speaker), Problem> {
    let (session, mut row) = begin(tx, scope, id)?;
    if !scope.oversees(Permission::SessionsClerk) {
        let standings = standings(tx.conn, &session.assembly_id, Some(&session.id), tx.now)?;
        let may = scope.user().is_some_and(|user| {
            *user == row.user_id
                || standings.iter().any(|standing| {
                    standing.seat.id == row.seat_id && standing.capacity_of(user).is_some()
                })
        });
        if !may {
            return Err(acting::not_entitled(
                "You may not act for this seat at this instant.",
            ));
        }
    }
    expect_state(&session, scope, "Withdrawing", SessionStatus::is_convened)?;
    expect_status(&row, SpeakerStatus::Waiting)?;
    row.status = SpeakerStatus::Withdrawn;
    row.ended_at = Some(tx.now);
    store(tx, &row)?;
    record(tx, "assembly_session.floor_withdrawn", &session, &row)?;
    Ok((session.into_inner(), row))
}
