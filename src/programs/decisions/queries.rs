//! Reading slates and signatures.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::identity::queries::names_of_users;
use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{ApplicationId, CallId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::represent::represent;
use crate::programs::calls::model::Call;
use crate::programs::decisions::model::{SignOff as Row, SignOffDecision};
use crate::programs::decisions::slate::{Candidate, Slate, SlateOutcome, slate};
use crate::programs::decisions::wire::{self, SignOff, SlateEntry};
use crate::programs::model::Program;
use crate::programs::reviews::panel::{Standing, standing};
use crate::programs::reviews::ranking::standings;
use crate::schema::{applications, sign_offs};

/// The slate of a call, whoever looks at it, with what it was made of.
#[derive(Debug)]
pub struct Current {
    /// The slate.
    pub slate: Slate,
    /// Its digest.
    pub digest: String,
    /// The applications on it.
    pub rows: HashMap<ApplicationId, Application>,
}

/// The slate of a call as it stands. When the call is decided it is what was decided, under the
/// digest that was signed last.
///
/// # Errors
///
/// When the database fails.
pub fn current(conn: &mut Connection, call: &Call, now: Timestamp) -> Result<Current, Problem> {
    let rows: Vec<Application> = applications::table
        .filter(applications::call_id.eq(&call.id))
        .filter(applications::status.eq_any(ApplicationStatus::REVIEWED))
        .order(applications::id)
        .select(Application::as_select())
        .load(conn)?;
    let standings = standings(conn, call, &rows, now)?;
    let rows: HashMap<ApplicationId, Application> =
        rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let candidates: Vec<Candidate> = standings
        .places
        .into_iter()
        .filter_map(|place| {
            let row = rows.get(&place.application_id)?;
            Some(Candidate {
                status: row.status,
                submitted_at: row.submitted_at,
                reason: row.reason.clone(),
                place,
            })
        })
        .collect();
    let mut slate = slate(&candidates, call.places, call.reserve_places);
    let mut digest = slate.digest(call.places, call.reserve_places);
    if !call.status.is_before_decision() {
        for entry in &mut slate.entries {
            let row = rows.get(&entry.application_id);
            entry.reserve_rank = row.and_then(|row| row.reserve_rank);
        }
        let place = |outcome| match outcome {
            Some(SlateOutcome::Selected) => 0,
            Some(SlateOutcome::Reserve) => 1,
            _ => 2,
        };
        slate
            .entries
            .sort_by_key(|entry| (place(entry.outcome), entry.reserve_rank));
        if let Some(last) = sign_offs(conn, &call.id)?.pop() {
            digest = last.slate_digest;
        }
    }
    Ok(Current {
        slate,
        digest,
        rows,
    })
}

/// The roles that sign the slates of this call, in order.
///
/// # Errors
///
/// When the database fails.
pub fn signing_roles(conn: &mut Connection, call: &Call) -> Result<Vec<Role>, Problem> {
    Ok(Program::load(conn, call.program_id.as_str())?
        .map(|program| program.sign_off_roles())
        .unwrap_or_default())
}

/// The roles of the office, or an agency, that the caller has.
#[must_use]
pub fn federal_roles(scope: &Scope) -> Vec<Role> {
    let roles = scope.homes().iter().map(|home| home.role);
    roles.filter(|role| role.is_federal()).collect()
}

/// Lets those in who see the slate: those who run or audit the call, and those who sign it. Never
/// its panel.
///
/// # Errors
///
/// 403.
pub fn expect_reader(conn: &mut Connection, scope: &Scope, call: &Call) -> Result<(), Problem> {
    let may = match standing(conn, scope, call)? {
        Standing::Runs => true,
        Standing::Panel => false,
        Standing::Other => {
            let roles = signing_roles(conn, call)?;
            scope.oversees(Permission::SlatesSign)
                && federal_roles(scope).iter().any(|role| roles.contains(role))
        }
    };
    if may {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "The slate is for those who run or audit the call and those who sign, and not for its panel.",
    ))
}

/// The slate as it is shown.
///
/// # Errors
///
/// 403.
pub fn read_slate(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    now: Timestamp,
) -> Result<wire::Slate, Problem> {
    expect_reader(conn, scope, call)?;
    let current = current(conn, call, now)?;
    let rows: Vec<Application> = current.rows.into_values().collect();
    let mut shown: HashMap<ApplicationId, _> = represent(conn, scope, call, &rows, None, now)?
        .into_iter()
        .map(|row| (row.id.clone(), row))
        .collect();
    let is_decided = !call.status.is_before_decision();
    Ok(wire::Slate {
        call_id: call.id.clone(),
        digest: current.digest,
        places: call.places,
        places_left: current.slate.places_left,
        reserve_places: call.reserve_places,
        is_complete: current.slate.is_complete(),
        data: current
            .slate
            .entries
            .into_iter()
            .filter_map(|entry| {
                let row = shown.remove(&entry.application_id)?;
                Some(SlateEntry {
                    application_id: row.id,
                    organization_id: row.organization_id,
                    title: row.title,
                    outcome: entry.outcome,
                    reserve_rank: entry.reserve_rank,
                    by: Some(entry.by).filter(|_| !is_decided),
                    tie_at_line: entry.tie_at_line,
                    score: entry.score.map(shown_score),
                    rank: entry.rank,
                    reason: entry.reason,
                })
            })
            .collect(),
    })
}

/// Ten-thousandths of a point as they are shown.
fn shown_score(rounded: i64) -> f64 {
    crate::programs::reviews::scoring::shown(rounded * 100)
}

/// The signatures under the slates of a call, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub fn sign_offs(conn: &mut Connection, call: &CallId) -> Result<Vec<Row>, Problem> {
    Ok(sign_offs::table
        .filter(sign_offs::call_id.eq(call))
        .order((sign_offs::signed_at, sign_offs::id))
        .select(Row::as_select())
        .load(conn)?)
}

/// Those signatures that count for the slate with this digest: approvals of it, given after the
/// last time that a slate was returned.
#[must_use]
pub fn counting<'a>(rows: &'a [Row], digest: &str) -> Vec<&'a Row> {
    rows.iter()
        .rev()
        .take_while(|row| row.decision == SignOffDecision::Approved)
        .filter(|row| row.slate_digest == digest)
        .collect()
}

/// Signatures as they are shown.
///
/// # Errors
///
/// When the database fails.
pub fn represent_sign_offs(
    conn: &mut Connection,
    rows: &[Row],
    digest: &str,
) -> Result<Vec<SignOff>, Problem> {
    let ids: BTreeSet<String> = rows.iter().map(|row| row.signed_by.to_string()).collect();
    let names = names_of_users(conn, ids.into_iter().collect(), None)?;
    let counting: Vec<_> = counting(rows, digest)
        .into_iter()
        .map(|row| row.id.clone())
        .collect();
    Ok(rows
        .iter()
        .map(|row| SignOff {
            counts: counting.contains(&row.id),
            signer: names
                .get(row.signed_by.as_str())
                .cloned()
                .unwrap_or_default(),
            id: row.id.clone(),
            call_id: row.call_id.clone(),
            step: row.step,
            role: row.role,
            slate_digest: row.slate_digest.clone(),
            decision: row.decision,
            reason: row.reason.clone(),
            signed_by: row.signed_by.clone(),
            signed_at: row.signed_at,
        })
        .collect())
}
