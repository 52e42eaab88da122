//! Taking batches of notes on who came.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::briefings::aggregate::acquire;
use crate::briefings::check_ins::marks;
use crate::briefings::check_ins::model::{CheckInAction, CheckInEntry, CheckInOutcome};
use crate::briefings::check_ins::rules::{self, Change, Said};
use crate::briefings::check_ins::wire::{CheckInBatch, CheckInNote, CheckInResult, CheckInResults};
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::briefings::registrations::seats::{event, store};
use crate::briefings::rules::{check_in_opens_at, takes_attendance};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{BriefingId, RegistrationId};
use crate::schema::{check_in_entries, registrations};

/// What is known while a batch is taken.
struct Desk {
    /// The first answers to notes of these ids.
    answered: HashMap<String, CheckInEntry>,
    /// The registrations that the caller may check in.
    rows: HashMap<RegistrationId, Registration>,
    /// What was last said of them.
    last: HashMap<RegistrationId, Said>,
}

/// Takes a batch of notes: each once, in the order in which they were made.
///
/// # Errors
///
/// 404. What is wrong with a note is in its own answer.
pub fn record_check_ins(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingId,
    batch: &CheckInBatch,
) -> Result<CheckInResults, Problem> {
    let briefing = acquire(tx, scope, id)?;
    let mut desk = read(tx, scope, &briefing, batch)?;
    let mut in_order: Vec<(usize, &CheckInNote)> = batch.entries.iter().enumerate().collect();
    in_order.sort_by_key(|(index, note)| (note.at, *index));
    let mut results: Vec<(usize, CheckInResult)> = Vec::with_capacity(in_order.len());
    let mut new: Vec<CheckInEntry> = Vec::new();
    for (index, note) in in_order {
        let result = match desk.answered.get(&note.client_id) {
            Some(first) if is_same(first, note) => CheckInResult::of(first),
            Some(_) => refused_as_reused(note),
            None => {
                let entry = take(tx, &briefing, &mut desk, note)?;
                let result = CheckInResult::of(&entry);
                desk.answered.insert(note.client_id.clone(), entry.clone());
                new.push(entry);
                result
            }
        };
        results.push((index, result));
    }
    crate::insert_all!(&mut *tx.conn, check_in_entries::table, new)?;
    results.sort_by_key(|(index, _)| *index);
    let attended = registrations::table
        .filter(registrations::briefing_id.eq(id))
        .filter(registrations::checked_in_at.is_not_null())
        .count()
        .get_result(tx.conn)?;
    Ok(CheckInResults {
        results: results.into_iter().map(|(_, result)| result).collect(),
        attended,
    })
}

fn read(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &Briefing,
    batch: &CheckInBatch,
) -> Result<Desk, Problem> {
    let names: Vec<&str> = batch
        .entries
        .iter()
        .map(|note| note.client_id.as_str())
        .collect();
    let answered: Vec<CheckInEntry> = check_in_entries::table
        .filter(check_in_entries::briefing_id.eq(&briefing.id))
        .filter(check_in_entries::client_id.eq_any(names))
        .select(CheckInEntry::as_select())
        .load(tx.conn)?;
    let ids: Vec<RegistrationId> = batch
        .entries
        .iter()
        .map(|note| note.registration_id.clone())
        .collect();
    let rows: Vec<Registration> = registrations::table
        .filter(registrations::briefing_id.eq(&briefing.id))
        .filter(registrations::id.eq_any(ids.clone()))
        .select(Registration::as_select())
        .load(tx.conn)?;
    // Somebody who was checked in before marks were kept came when the registration says so.
    let mut last: HashMap<RegistrationId, Said> = rows
        .iter()
        .filter_map(|row| {
            let said = Said {
                at: row.checked_in_at?,
                came: true,
            };
            Some((row.id.clone(), said))
        })
        .collect();
    last.extend(marks::of(tx.conn, ids)?.into_iter().map(|mark| {
        let said = Said {
            at: mark.as_of,
            came: mark.came,
        };
        (mark.registration_id, said)
    }));
    Ok(Desk {
        answered: answered
            .into_iter()
            .map(|entry| (entry.client_id.clone(), entry))
            .collect(),
        rows: rows
            .into_iter()
            .filter(|row| scope.may(Permission::RegistrationsCheckIn, &row.organization_id))
            .map(|row| (row.id.clone(), row))
            .collect(),
        last,
    })
}

fn is_same(first: &CheckInEntry, note: &CheckInNote) -> bool {
    first.registration_id == note.registration_id
        && first.action == note.action
        && first.noted_at == note.at
}

fn refused_as_reused(note: &CheckInNote) -> CheckInResult {
    CheckInResult {
        client_id: note.client_id.clone(),
        registration_id: note.registration_id.clone(),
        outcome: CheckInOutcome::Refused,
        code: Some(Code::IdempotencyKeyReused.as_str().to_owned()),
    }
}

/// Takes a note that is new.
fn take(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    desk: &mut Desk,
    note: &CheckInNote,
) -> Result<CheckInEntry, Problem> {
    let (outcome, code) = match apply(tx, briefing, desk, note)? {
        Ok(outcome) => (outcome, None),
        Err(code) => (CheckInOutcome::Refused, Some(code.as_str().to_owned())),
    };
    Ok(CheckInEntry {
        briefing_id: briefing.id.clone(),
        client_id: note.client_id.clone(),
        registration_id: note.registration_id.clone(),
        action: note.action,
        noted_at: note.at,
        outcome,
        code,
        received_at: tx.now,
    })
}

fn apply(
    tx: &mut Tx<'_>,
    briefing: &Locked<Briefing>,
    desk: &mut Desk,
    note: &CheckInNote,
) -> Result<Result<CheckInOutcome, Code>, Problem> {
    let Some(row) = desk.rows.get(&note.registration_id) else {
        return Ok(Err(Code::NotFound));
    };
    if note.at > tx.now.plus_seconds(rules::AHEAD) {
        return Ok(Err(Code::ValidationFailed));
    }
    if row.status != RegistrationStatus::Confirmed || !takes_attendance(briefing) {
        return Ok(Err(Code::NotAllowedInState));
    }
    // What was taken down by mistake is taken back at any time.
    if note.action == CheckInAction::CheckIn && note.at < check_in_opens_at(briefing) {
        return Ok(Err(Code::CheckInTooEarly));
    }
    let said = Said {
        at: note.at.min(tx.now),
        came: note.action == CheckInAction::CheckIn,
    };
    let last = desk.last.get(&row.id).copied();
    let change = rules::change(last, said);
    if change == Change::Nothing {
        return Ok(Ok(CheckInOutcome::Unchanged));
    }
    marks::keep(tx, row, said)?;
    desk.last.insert(row.id.clone(), said);
    if change == Change::LastWord {
        return Ok(Ok(CheckInOutcome::Unchanged));
    }
    let mut row = row.clone();
    row.checked_in_at = said.came.then_some(said.at);
    let row = store(tx, row)?;
    let kind = if said.came {
        "registration.checked_in"
    } else {
        "registration.check_in_undone"
    };
    tx.record(event(kind, &row, briefing))?;
    desk.rows.insert(row.id.clone(), row);
    Ok(Ok(CheckInOutcome::Applied))
}
