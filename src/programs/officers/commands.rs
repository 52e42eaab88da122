//! Adding and changing officers: load locked, decide, store, record.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};

use crate::directory::organizations;
use crate::identity::model::UserStatus;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx, constraint};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{OfficerId, OrganizationId, PlacementId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::text;
use crate::programs::needs::LanguageSkill;
use crate::programs::officers::model::{Officer, OfficerTrait, Recusal, TraitKind};
use crate::programs::officers::visible::find;
use crate::programs::officers::wire::{CreateOfficer, OfficerRecusal, UpdateOfficer, Word};
use crate::programs::placements::aggregate::settle;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::{self, access};
use crate::schema::{
    memberships, officer_recusals, officer_traits, officers, placements as placement_rows, users,
};

fn event(kind: &'static str, row: &Officer) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "officer",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
}

fn summary(row: &Officer) -> Value {
    json!({
        "name": row.name,
        "grade": row.grade,
        "user_id": row.user_id,
        "available_from": row.available_from,
        "available_until": row.available_until,
        "is_active": row.is_active,
    })
}

/// Refuses whoever does not keep the officers of the whole office.
///
/// # Errors
///
/// 403.
pub fn expect_office(scope: &Scope) -> Result<(), Problem> {
    if scope.oversees(Permission::OfficersWrite) {
        return Ok(());
    }
    let permission = Permission::OfficersWrite;
    Err(Problem::new(
        Code::Forbidden,
        format!("This needs the permission `{permission}` at the office."),
    )
    .with("permission", permission.as_str()))
}

/// Adds an officer.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_officer(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreateOfficer,
) -> Result<Officer, Problem> {
    expect_office(scope)?;
    let name = text::clean(&input.name);
    let row = Officer {
        id: OfficerId::fresh(),
        user_id: input.user_id.clone(),
        name_folded: text::fold(&name),
        name,
        grade: text::clean(&input.grade),
        available_from: input.available_from,
        available_until: input.available_until,
        notes: text::clean_optional(input.notes.as_deref()),
        is_active: true,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let mut faults = Faults::default();
    check(tx, None, &row, &mut faults)?;
    check_languages(&input.languages, &mut faults);
    check_recusals(tx, &input.recusals, &mut faults)?;
    faults.finish()?;
    let inserted = tx.savepoint(|tx| {
        diesel::insert_into(officers::table)
            .values(row.clone())
            .execute(tx.conn)
    });
    unless_taken(inserted)?;
    let mut traits = words(&row.id, TraitKind::Skill, &input.skills);
    traits.extend(words(&row.id, TraitKind::Region, &input.regions));
    traits.extend(languages(&row.id, &input.languages));
    crate::insert_all!(&mut *tx.conn, officer_traits::table, traits)?;
    write_recusals(tx, &row.id, &input.recusals)?;
    tx.record(event("officer.created", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

/// Changes an officer. A list that is given takes the place of what was.
///
/// # Errors
///
/// 404; 412; 422 with every broken rule.
pub fn update_officer(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &OfficerId,
    if_match: IfMatch,
    change: &UpdateOfficer,
) -> Result<Officer, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope)?;
    let stored = Locked::<Officer>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = Officer::clone(&stored);
    apply(change, &mut row);
    let mut faults = Faults::default();
    check(tx, Some(&stored), &row, &mut faults)?;
    check_languages(change.languages.as_deref().unwrap_or_default(), &mut faults);
    check_recusals(
        tx,
        change.recusals.as_deref().unwrap_or_default(),
        &mut faults,
    )?;
    faults.finish()?;
    row.version += 1;
    row.updated_at = tx.now;
    let updated = tx.savepoint(|tx| {
        diesel::update(
            officers::table
                .filter(officers::id.eq(id))
                .filter(officers::version.eq(stored.version)),
        )
        .set(&row)
        .execute(tx.conn)
    });
    unless_taken(updated)?;
    replace_lists(tx, id, change)?;
    if row.user_id != stored.user_id {
        move_places(tx, &row)?;
    }
    tx.record(
        event("officer.updated", &row)
            .payload(json!({"before": summary(&stored), "after": summary(&row)})),
    )?;
    Ok(row)
}

fn apply(change: &UpdateOfficer, row: &mut Officer) {
    if let Some(name) = &change.name {
        row.name = text::clean(name);
        row.name_folded = text::fold(&row.name);
    }
    if let Some(grade) = &change.grade {
        row.grade = text::clean(grade);
    }
    change.user_id.clone().apply(&mut row.user_id);
    change.available_from.clone().apply(&mut row.available_from);
    change
        .available_until
        .clone()
        .apply(&mut row.available_until);
    change.notes.clone().apply(&mut row.notes);
    row.notes = text::clean_optional(row.notes.as_deref());
    row.is_active = change.is_active.unwrap_or(row.is_active);
}

/// Notes what is wrong with an officer, beside what a constraint refuses.
fn check(
    tx: &mut Tx<'_>,
    stored: Option<&Officer>,
    row: &Officer,
    faults: &mut Faults,
) -> Result<(), Problem> {
    if let (Some(from), Some(until)) = (row.available_from, row.available_until) {
        faults.require(
            from <= until,
            "/available_until",
            "ends_before_start",
            "must not come before `available_from`",
        );
    }
    let is_linked_anew = stored.is_none_or(|stored| stored.user_id != row.user_id);
    if let Some(account) = row.user_id.as_ref().filter(|_| is_linked_anew) {
        let active: i64 = users::table
            .filter(users::id.eq(account))
            .filter(users::status.eq(UserStatus::Active))
            .count()
            .get_result(tx.conn)?;
        faults.require(
            active == 1,
            "/user_id",
            "unknown_reference",
            "is no active account",
        );
        let own: i64 = placement_rows::table
            .inner_join(
                memberships::table
                    .on(memberships::organization_id.eq(placement_rows::organization_id)),
            )
            .filter(placement_rows::officer_id.eq(&row.id))
            .filter(placement_rows::ends_at.gt(tx.now))
            .filter(placement_rows::status.ne(PlacementStatus::Cancelled))
            .filter(memberships::user_id.eq(account))
            .count()
            .get_result(tx.conn)?;
        faults.require(
            own == 0,
            "/user_id",
            "own_host",
            "works for a host at which the officer is placed",
        );
    }
    Ok(())
}

fn check_languages(languages: &[LanguageSkill], faults: &mut Faults) {
    let mut seen = HashSet::new();
    for (index, skill) in languages.iter().enumerate() {
        faults.require(
            seen.insert(skill.language.as_str()),
            &format!("/languages/{index}/language"),
            "duplicate",
            "is given twice",
        );
    }
}

fn check_recusals(
    tx: &mut Tx<'_>,
    recusals: &[OfficerRecusal],
    faults: &mut Faults,
) -> Result<(), Problem> {
    let hosts: Vec<OrganizationId> = recusals
        .iter()
        .map(|recusal| recusal.organization_id.clone())
        .collect();
    let known = organizations::queries::by_ids(tx.conn, &hosts)?;
    let mut seen = HashSet::new();
    for (index, host) in hosts.iter().enumerate() {
        let pointer = format!("/recusals/{index}/organization_id");
        faults.require(
            known.contains_key(host),
            &pointer,
            "unknown_reference",
            "does not exist",
        );
        faults.require(seen.insert(host), &pointer, "duplicate", "is given twice");
    }
    Ok(())
}

/// Turns the violation of one officer an account into a fault of the body.
fn unless_taken(outcome: Result<usize, Error>) -> Result<(), Problem> {
    let error = match outcome {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    if !constraint::is_violated(&error, "officers_user_id_key", "officers.user_id") {
        return Err(error.into());
    }
    let mut faults = Faults::default();
    faults.add("/user_id", "taken", "is another officer's account");
    faults.finish()
}

fn words(officer: &OfficerId, kind: TraitKind, words: &[Word]) -> Vec<OfficerTrait> {
    let folded: BTreeSet<String> = words.iter().map(|word| text::fold(&word.0)).collect();
    folded
        .into_iter()
        .map(|value| OfficerTrait {
            officer_id: officer.clone(),
            kind,
            value,
            level: None,
        })
        .collect()
}

fn languages(officer: &OfficerId, languages: &[LanguageSkill]) -> Vec<OfficerTrait> {
    languages
        .iter()
        .map(|skill| OfficerTrait {
            officer_id: officer.clone(),
            kind: TraitKind::Language,
            value: skill.language.clone(),
            level: Some(skill.level),
        })
        .collect()
}

fn write_recusals(
    tx: &mut Tx<'_>,
    officer: &OfficerId,
    recusals: &[OfficerRecusal],
) -> Result<(), Problem> {
    let rows: Vec<Recusal> = recusals
        .iter()
        .map(|recusal| Recusal {
            officer_id: officer.clone(),
            organization_id: recusal.organization_id.clone(),
            reason: text::clean(&recusal.reason),
        })
        .collect();
    crate::insert_all!(&mut *tx.conn, officer_recusals::table, rows)?;
    Ok(())
}

fn replace_lists(tx: &mut Tx<'_>, id: &OfficerId, change: &UpdateOfficer) -> Result<(), Problem> {
    let lists = [
        change
            .skills
            .as_ref()
            .map(|skills| (TraitKind::Skill, words(id, TraitKind::Skill, skills))),
        change
            .regions
            .as_ref()
            .map(|regions| (TraitKind::Region, words(id, TraitKind::Region, regions))),
        change
            .languages
            .as_ref()
            .map(|spoken| (TraitKind::Language, languages(id, spoken))),
    ];
    for (kind, rows) in lists.into_iter().flatten() {
        diesel::delete(
            officer_traits::table
                .filter(officer_traits::officer_id.eq(id))
                .filter(officer_traits::kind.eq(kind)),
        )
        .execute(tx.conn)?;
        crate::insert_all!(&mut *tx.conn, officer_traits::table, rows)?;
    }
    if let Some(recusals) = &change.recusals {
        diesel::delete(officer_recusals::table.filter(officer_recusals::officer_id.eq(id)))
            .execute(tx.conn)?;
        write_recusals(tx, id, recusals)?;
    }
    Ok(())
}

/// The officer signs in with another account, or with none: places at hosts that have not ended go
/// with it.
fn move_places(tx: &mut Tx<'_>, officer: &Officer) -> Result<(), Problem> {
    let held: Vec<PlacementId> = placement_rows::table
        .filter(placement_rows::officer_id.eq(&officer.id))
        .filter(placement_rows::ends_at.gt(tx.now))
        .order(placement_rows::id)
        .select(placement_rows::id)
        .load(tx.conn)?;
    for id in held {
        let locked = Locked::<placements::model::Placement>::acquire(tx, id.as_str())?
            .ok_or_else(Problem::not_found)?;
        let placement = settle(tx, locked)?;
        access::sync(tx, &placement, officer.user_id.as_ref())?;
    }
    Ok(())
}
