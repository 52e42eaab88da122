//! Who is invited: people by name, and those who can be reached at organizations.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use diesel::prelude::*;

use crate::briefings::invitations::wire::{
    CreateBriefingInvitations, InvitationFilter, UnreachableOrganization,
};
use crate::directory::organizations;
use crate::directory::organizations::model::OrganizationKind;
use crate::identity::model::{UserStatus, fold_email};
use crate::kernel::access::Role;
use crate::kernel::db::Connection;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::OrganizationId;
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::schema::{memberships, organizations as org, users};

/// Ids in one condition, at most.
const CHUNK: usize = 1_000;

/// The roles of those who are reached at an organization.
const REACHED: [Role; 2] = [Role::LocalLeader, Role::LocalStaff];

/// Somebody who is to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The organization that the person belongs to.
    pub organization_id: OrganizationId,
    /// The full name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The address as it is compared.
    pub email_folded: String,
    /// Office or function.
    pub title: Option<String>,
}

/// What is known of an organization whose people are asked: its name and kind.
type Asked = (String, OrganizationKind);

/// Who was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Everyone once, those who are named first.
    pub people: Vec<Person>,
    /// Organizations at which nobody can be reached.
    pub unreachable: Vec<UnreachableOrganization>,
}

/// Notes at an organization that its people would not see the briefing: what is marked `cui` is for
/// federal roles alone.
fn note_unseen(marking: Marking, kind: OrganizationKind, pointer: &str, faults: &mut Faults) {
    faults.require(
        marking != Marking::Cui || kind.is_federal(),
        pointer,
        "not_cleared",
        "means people who may not see what is marked `cui`",
    );
}

/// Finds everyone whom the body means for a briefing with this marking, and notes what is wrong with it.
///
/// # Errors
///
/// When the database fails.
pub fn find(
    conn: &mut Connection,
    input: &CreateBriefingInvitations,
    marking: Marking,
    faults: &mut Faults,
) -> Result<Found, Problem> {
    let mut asked: BTreeMap<OrganizationId, Asked> = BTreeMap::new();
    for ids in input.organization_ids.chunks(CHUNK) {
        let known = organizations::queries::by_ids(conn, ids)?;
        asked.extend(
            known
                .into_iter()
                .map(|(id, row)| (id, (row.name, row.kind))),
        );
    }
    for (index, id) in input.organization_ids.iter().enumerate() {
        let pointer = format!("/organization_ids/{index}");
        match asked.get(id) {
            Some((_, kind)) => note_unseen(marking, *kind, &pointer, faults),
            None => faults.add(&pointer, "unknown_reference", "names no organization"),
        }
    }
    if let Some(filter) = &input.filter {
        faults.require(
            !filter.is_empty(),
            "/filter",
            "required",
            "must say which organizations are meant",
        );
        let meant = matching(conn, filter)?;
        if let Some((_, (_, kind))) = meant.iter().find(|(_, (_, kind))| !kind.is_federal()) {
            note_unseen(marking, *kind, "/filter", faults);
        }
        asked.extend(meant);
    }
    let mut found = Found::default();
    let mut known = HashSet::new();
    for person in named(conn, input, marking, faults)? {
        if known.insert(person.email_folded.clone()) {
            found.people.push(person);
        }
    }
    let mut reached = BTreeSet::new();
    for person in members(conn, asked.keys().cloned().collect())? {
        reached.insert(person.organization_id.clone());
        if known.insert(person.email_folded.clone()) {
            found.people.push(person);
        }
    }
    found.unreachable = asked
        .into_iter()
        .filter(|(id, _)| !reached.contains(id))
        .map(|(id, (name, _))| UnreachableOrganization { id, name })
        .collect();
    Ok(found)
}

/// The organizations that a filter means.
fn matching(
    conn: &mut Connection,
    filter: &InvitationFilter,
) -> Result<Vec<(OrganizationId, Asked)>, Problem> {
    let mut query = org::table.into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(org::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(least) = filter.population_min {
        query = query.filter(org::population.ge(least));
    }
    if let Some(most) = filter.population_max {
        query = query.filter(org::population.le(most));
    }
    if !filter.states.is_empty() {
        let codes = filter.states.iter().filter_map(|code| code.split_once('-'));
        let (countries, regions): (Vec<String>, Vec<String>) = codes
            .map(|(country, region)| (country.to_owned(), region.to_owned()))
            .unzip();
        query = query
            .filter(org::country.eq_any(countries))
            .filter(org::subdivision.eq_any(regions));
    }
    type Row = (
        OrganizationId,
        String,
        OrganizationKind,
        String,
        Option<String>,
    );
    let rows: Vec<Row> = query
        .select((
            org::id,
            org::name,
            org::kind,
            org::country,
            org::subdivision,
        ))
        .load(conn)?;
    // A region's code alone may be that of another country's.
    let is_meant = |country: &str, region: &Option<String>| {
        filter.states.is_empty()
            || region.as_ref().is_some_and(|region| {
                let code = format!("{country}-{region}");
                filter.states.contains(&code)
            })
    };
    Ok(rows
        .into_iter()
        .filter(|(_, _, _, country, region)| is_meant(country, region))
        .map(|(id, name, kind, _, _)| (id, (name, kind)))
        .collect())
}

/// The people who are named.
fn named(
    conn: &mut Connection,
    input: &CreateBriefingInvitations,
    marking: Marking,
    faults: &mut Faults,
) -> Result<Vec<Person>, Problem> {
    let ids: BTreeSet<OrganizationId> = input
        .people
        .iter()
        .map(|person| person.organization_id.clone())
        .collect();
    let known = organizations::queries::by_ids(conn, &Vec::from_iter(ids))?;
    let mut people = Vec::with_capacity(input.people.len());
    for (index, person) in input.people.iter().enumerate() {
        let pointer = format!("/people/{index}/organization_id");
        match known.get(&person.organization_id) {
            Some(row) => note_unseen(marking, row.kind, &pointer, faults),
            None => faults.add(&pointer, "unknown_reference", "names no organization"),
        }
        people.push(Person {
            organization_id: person.organization_id.clone(),
            name: text::clean(&person.name),
            email: text::clean(&person.email),
            email_folded: fold_email(&person.email),
            title: text::clean_optional(person.title.as_deref()),
        });
    }
    Ok(people)
}

/// The leaders and staff of these organizations who can sign in.
///
/// # Errors
///
/// When the database fails.
pub fn members(conn: &mut Connection, ids: Vec<OrganizationId>) -> Result<Vec<Person>, Problem> {
    let mut people = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(OrganizationId, String, String, String)> = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq_any(ids.to_vec()))
            .filter(memberships::role.eq_any(REACHED))
            .filter(users::status.eq(UserStatus::Active))
            .order((memberships::organization_id, users::email_folded))
            .select((
                memberships::organization_id,
                users::name,
                users::email,
                users::email_folded,
            ))
            .load(conn)?;
        people.extend(rows.into_iter().map(|row| {
            let (organization_id, name, email, email_folded) = row;
            Person {
                organization_id,
                name,
                email,
                email_folded,
                title: None,
            }
        }));
    }
    Ok(people)
}
