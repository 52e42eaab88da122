//! Bringing officers and hosts together: everything is loaded in a fixed number of queries, however
//! many there are, and judged in memory.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::directory::organizations::model::Organization;
use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{ApplicationId, OfficerId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::visible::named;
use crate::programs::matching::rules::{HostSide, OfficerSide, exclusions, reasons};
use crate::programs::matching::wire::{
    ApplicationSummary, Exclusion, HostMatch, HostMatches, HostSummary, MatchQuery, MatchTerm,
    OfficerMatch, OfficerMatches, Reason,
};
use crate::programs::needs::Needs;
use crate::programs::officers;
use crate::programs::officers::model::Officer;
use crate::programs::officers::queries::{Profile, profiles, recusals};
use crate::programs::placements::holds::slot_of;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::rules::Days;
use crate::programs::placements::wire::OfficerSummary;
use crate::schema::{
    applications, calls, memberships, officers as officer_rows, organizations, placement_holds,
    placements, programs,
};

/// Entries that are shown when the caller does not say.
const DEFAULT_LIMIT: i64 = 25;

/// What is read of a host that has applied.
#[derive(Debug)]
struct Applicant {
    application: ApplicationSummary,
    needs: Needs,
    months: i64,
    host: Organization,
}

type ApplicantRow = (
    (
        ApplicationId,
        crate::kernel::id::CallId,
        String,
        ApplicationStatus,
        String,
    ),
    i64,
    Organization,
);

impl Applicant {
    fn of(((id, call_id, title, status, needs), months, host): ApplicantRow) -> Self {
        Self {
            application: ApplicationSummary {
                id,
                call_id,
                title,
                status,
            },
            needs: serde_json::from_str(&needs).unwrap_or_default(),
            months,
            host,
        }
    }

    /// The term that is looked at.
    fn term(&self, query: &MatchQuery, now: Timestamp) -> Result<Days, Problem> {
        let zone: Tz = self
            .host
            .time_zone
            .as_ref()
            .and_then(|name| name.parse().ok())
            .unwrap_or(Tz::UTC);
        let months = u32::try_from(query.months.unwrap_or(self.months)).unwrap_or(1);
        let starts_on = query
            .starts_on
            .or(self.needs.starts_on)
            .or_else(|| first_of_next_month(Day::of(now, zone)));
        let term = starts_on.and_then(|starts_on| {
            let ends_on = starts_on.plus_months(months)?;
            // A day that the host's zone skips begins no term and ends none.
            starts_on.begins_at(zone).and(ends_on.begins_at(zone))?;
            Some(Days { starts_on, ends_on })
        });
        term.ok_or_else(|| {
            let mut faults = Faults::default();
            faults.add("starts_on", "out_of_range", "begins no term");
            match faults.finish_as(Code::InvalidQuery) {
                Err(problem) => problem,
                Ok(()) => Problem::internal("a fault was not told"),
            }
        })
    }
}

fn first_of_next_month(today: Day) -> Option<Day> {
    let text = today.plus_months(1)?.to_string();
    format!("{}01", text.get(..8)?).parse().ok()
}

/// The application with this id, if it exists for the caller and they may know who applies.
fn applicant(
    conn: &mut Connection,
    scope: &Scope,
    id: &ApplicationId,
) -> Result<Applicant, Problem> {
    let known = named(scope)
        .filter(applications::id.eq(id.clone()))
        .select(applications::id);
    let found: Option<ApplicantRow> = applications::table
        .inner_join(calls::table.inner_join(programs::table))
        .inner_join(organizations::table)
        .filter(among(applications::id, known))
        .select((
            (
                applications::id,
                applications::call_id,
                applications::title,
                applications::status,
                applications::needs,
            ),
            programs::default_term_months,
            Organization::as_select(),
        ))
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(Applicant::of(row));
    }
    let exists: Option<ApplicationId> = applications::table
        .filter(applications::id.eq(id))
        .select(applications::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("application", id.as_str()),
        None => Problem::not_found(),
    })
}

/// What is held from this day on, by officer or by slot.
fn held_after(conn: &mut Connection, day: Day) -> Result<HashMap<String, Vec<Days>>, Problem> {
    let rows: Vec<(String, Day, Day)> = placement_holds::table
        .filter(placement_holds::ends_on.gt(day))
        .order((placement_holds::starts_on, placement_holds::resource_id))
        .select((
            placement_holds::resource_id,
            placement_holds::starts_on,
            placement_holds::ends_on,
        ))
        .load(conn)?;
    let mut held: HashMap<String, Vec<Days>> = HashMap::new();
    for (resource, starts_on, ends_on) in rows {
        held.entry(resource)
            .or_default()
            .push(Days { starts_on, ends_on });
    }
    Ok(held)
}

fn summary(officer: &Officer) -> OfficerSummary {
    OfficerSummary {
        id: officer.id.clone(),
        name: officer.name.clone(),
        grade: officer.grade.clone(),
    }
}

fn judge(officer: &OfficerSide<'_>, host: &HostSide<'_>) -> (i64, Vec<Reason>, Vec<Exclusion>) {
    let reasons = reasons(officer, host);
    let score = reasons.iter().map(|reason| reason.points).sum();
    (score, reasons, exclusions(officer, host))
}

/// Those that are wanted, the best first, with how many were looked at and ruled out.
fn rank<T, K: Ord>(
    mut found: Vec<T>,
    query: &MatchQuery,
    key: impl Fn(&T) -> (bool, i64, K),
) -> (i64, i64, Vec<T>) {
    let count = |entries: usize| i64::try_from(entries).unwrap_or(i64::MAX);
    let considered = count(found.len());
    let excluded = count(found.iter().filter(|entry| key(entry).0).count());
    if query.include_excluded != Some(true) {
        found.retain(|entry| !key(entry).0);
    }
    found.sort_by_cached_key(|entry| {
        let (is_excluded, score, name) = key(entry);
        (is_excluded, Reverse(score), name)
    });
    found.truncate(usize::try_from(query.limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or(usize::MAX));
    (considered, excluded, found)
}

/// Officers for the host that handed in this application.
///
/// # Errors
///
/// 400 for a term beyond the calendar; 404.
pub fn officers_for_host(
    conn: &mut Connection,
    scope: &Scope,
    id: &ApplicationId,
    query: &MatchQuery,
    now: Timestamp,
) -> Result<OfficerMatches, Problem> {
    let applicant = applicant(conn, scope, id)?;
    let term = applicant.term(query, now)?;
    let everyone: Vec<Officer> = officers::visible::visible(scope)
        .select(Officer::as_select())
        .load(conn)?;
    let profiles = profiles(conn, None)?;
    let recusals = recusals(conn, None)?;
    let held = held_after(conn, term.starts_on)?;
    let staff: Vec<UserId> = memberships::table
        .inner_join(
            officer_rows::table.on(officer_rows::user_id.eq(memberships::user_id.nullable())),
        )
        .filter(memberships::organization_id.eq(&applicant.host.id))
        .select(memberships::user_id)
        .load(conn)?;
    let (nothing, none) = (Profile::default(), Vec::new());
    let slot = slot_of(&applicant.host.id, query.slot.unwrap_or(1));
    let host = HostSide {
        id: &applicant.host.id,
        parent: applicant.host.parent_id.as_ref(),
        needs: &applicant.needs,
        held: held.get(&slot).unwrap_or(&none),
        term,
    };
    let own = vec![applicant.host.id.clone()];
    let found: Vec<(String, OfficerMatch)> = everyone
        .iter()
        .map(|officer| {
            let works_there = officer
                .user_id
                .as_ref()
                .is_some_and(|account| staff.contains(account));
            let side = OfficerSide {
                officer,
                profile: profiles.get(&officer.id).unwrap_or(&nothing),
                recusals: recusals.get(&officer.id).map_or(&[], Vec::as_slice),
                held: held.get(officer.id.as_str()).unwrap_or(&none),
                own: if works_there { &own } else { &[] },
            };
            let (score, reasons, excluded_by) = judge(&side, &host);
            let found = OfficerMatch {
                officer: summary(officer),
                score,
                reasons,
                excluded_by,
            };
            (officer.name_folded.clone(), found)
        })
        .collect();
    let (considered, excluded, found) = rank(found, query, |(name, entry)| {
        let name = (name.clone(), entry.officer.id.clone());
        (!entry.excluded_by.is_empty(), entry.score, name)
    });
    Ok(OfficerMatches {
        term: MatchTerm {
            starts_on: term.starts_on,
            ends_on: term.ends_on,
        },
        considered,
        excluded,
        data: found.into_iter().map(|(_, entry)| entry).collect(),
    })
}

/// Hosts for an officer: those that are selected or in the closer choice, and not placed at yet.
///
/// # Errors
///
/// 400 for a term beyond the calendar; 404.
pub fn hosts_for_officer(
    conn: &mut Connection,
    scope: &Scope,
    id: &OfficerId,
    query: &MatchQuery,
    now: Timestamp,
) -> Result<HostMatches, Problem> {
    let officer = officers::visible::find(conn, scope, id)?;
    let ids = vec![id.clone()];
    let profile = profiles(conn, Some(ids.clone()))?
        .remove(id)
        .unwrap_or_default();
    let recusals = recusals(conn, Some(ids))?.remove(id).unwrap_or_default();
    let own: Vec<OrganizationId> = match &officer.user_id {
        Some(account) => memberships::table
            .filter(memberships::user_id.eq(account))
            .select(memberships::organization_id)
            .load(conn)?,
        None => Vec::new(),
    };
    let applicants = waiting(conn, scope)?;
    let mut terms = Vec::with_capacity(applicants.len());
    for applicant in &applicants {
        terms.push(applicant.term(query, now)?);
    }
    let earliest = terms.iter().map(|term| term.starts_on).min();
    let held = held_after(conn, earliest.unwrap_or(Day::of(now, Tz::UTC)))?;
    let none = Vec::new();
    let side = OfficerSide {
        officer: &officer,
        profile: &profile,
        recusals: &recusals,
        held: held.get(id.as_str()).unwrap_or(&none),
        own: &own,
    };
    let slot = query.slot.unwrap_or(1);
    let found: Vec<(String, HostMatch)> = applicants
        .into_iter()
        .zip(terms)
        .map(|(applicant, term)| {
            let host = HostSide {
                id: &applicant.host.id,
                parent: applicant.host.parent_id.as_ref(),
                needs: &applicant.needs,
                held: held
                    .get(&slot_of(&applicant.host.id, slot))
                    .unwrap_or(&none),
                term,
            };
            let (score, reasons, excluded_by) = judge(&side, &host);
            let found = HostMatch {
                application: applicant.application,
                organization: HostSummary {
                    id: applicant.host.id,
                    name: applicant.host.name,
                },
                term: MatchTerm {
                    starts_on: term.starts_on,
                    ends_on: term.ends_on,
                },
                score,
                reasons,
                excluded_by,
            };
            (applicant.host.name_folded, found)
        })
        .collect();
    let (considered, excluded, found) = rank(found, query, |(name, entry)| {
        let name = (name.clone(), entry.application.id.clone());
        (!entry.excluded_by.is_empty(), entry.score, name)
    });
    Ok(HostMatches {
        considered,
        excluded,
        data: found.into_iter().map(|(_, entry)| entry).collect(),
    })
}

/// The hosts that wait for an officer, as far as the caller may know who they are.
fn waiting(conn: &mut Connection, scope: &Scope) -> Result<Vec<Applicant>, Problem> {
    let placed = placements::table
        .filter(placements::application_id.is_not_null())
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .select(placements::application_id.assume_not_null());
    let known = named(scope)
        .filter(
            applications::status
                .eq_any([ApplicationStatus::Selected, ApplicationStatus::Shortlisted]),
        )
        .filter(applications::id.ne_all(placed))
        .select(applications::id);
    let rows: Vec<ApplicantRow> = applications::table
        .inner_join(calls::table.inner_join(programs::table))
        .inner_join(organizations::table)
        .filter(among(applications::id, known))
        .select((
            (
                applications::id,
                applications::call_id,
                applications::title,
                applications::status,
                applications::needs,
            ),
            programs::default_term_months,
            Organization::as_select(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Applicant::of).collect())
}
