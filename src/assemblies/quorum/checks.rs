//! Checking the quorum of a session and keeping the check.

use std::collections::HashSet;

use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::json;

use crate::assemblies::model::Assembly;
use crate::assemblies::presence::intervals::{end_idle, present_now, represented};
use crate::assemblies::presence::model::Presence;
use crate::assemblies::quorum::model::{QuorumCheck, QuorumOccasion};
use crate::assemblies::quorum::rule::QuorumRule;
use crate::assemblies::quorum::rules::{Counted, Reckoning, reckon};
use crate::assemblies::seats::entitlement::{Standing, standings};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::{Aggregate, Connection, Locked, Tx};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{AssemblyId, AssemblySessionId, PollId, SeatId};
use crate::kernel::time::Timestamp;
use crate::schema::{assembly_sessions, quorum_checks};

/// The quorum of a session, with what it was reckoned from.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The rule.
    pub rule: QuorumRule,
    /// What it came to.
    pub reckoning: Reckoning,
    /// Every seat that somebody holds.
    pub standings: Vec<Standing>,
    /// Those of them that are present.
    pub present: HashSet<SeatId>,
    /// Who is there, for whichever seat.
    pub people: Vec<Presence>,
}

impl Evaluation {
    /// Refuses what needs a quorum.
    ///
    /// # Errors
    ///
    /// 409 `quorum_not_met`, saying by how many.
    pub fn expect_met(&self) -> Result<(), Problem> {
        let found = &self.reckoning;
        if found.is_met {
            return Ok(());
        }
        let detail = if found.missing > 0 {
            format!(
                "{} of {} seated jurisdictions are present and {} are required: {} more.",
                found.present, found.seated, found.required, found.missing
            )
        } else {
            format!(
                "Those present come from {} regions and {} are required.",
                found.regions_present, found.regions_required
            )
        };
        Err(Problem::new(Code::QuorumNotMet, detail)
            .with("seated", found.seated)
            .with("present", found.present)
            .with("required", found.required)
            .with("missing", found.missing)
            .with("regions_present", found.regions_present)
            .with("regions_required", found.regions_required))
    }
}

/// The quorum of a session now. Five statements, however many seats. Whoever is there counts, also
/// when they came while this transaction waited for the session: its own instant is older by then.
///
/// # Errors
///
/// When the database fails.
pub fn evaluate(
    conn: &mut Connection,
    session: &Session,
    now: Timestamp,
) -> Result<Evaluation, Problem> {
    let assembly = Assembly::load(conn, session.assembly_id.as_str())?
        .ok_or_else(|| Problem::internal("a session without an assembly"))?;
    let standings = standings(conn, &session.assembly_id, Some(&session.id), now)?;
    let people = present_now(conn, &session.id)?;
    let present = represented(&standings, &people);
    let counted: Vec<Counted<'_>> = standings
        .iter()
        .map(|standing| Counted {
            region: standing.seat.region.as_deref(),
            is_present: present.contains(&standing.seat.id),
        })
        .collect();
    let rule = assembly.quorum_rule();
    Ok(Evaluation {
        rule,
        reckoning: reckon(rule, &counted),
        standings,
        present,
        people,
    })
}

/// Checks the quorum now and keeps the check. The session is locked.
///
/// # Errors
///
/// When the database fails; a quorum that is not met is no error here.
pub fn check(
    tx: &mut Tx<'_>,
    session: &Locked<Session>,
    occasion: QuorumOccasion,
    poll: Option<&PollId>,
) -> Result<Evaluation, Problem> {
    let evaluation = evaluate(tx.conn, session, tx.now)?;
    keep(tx, session, &evaluation, occasion, poll)?;
    tell(tx, session, &evaluation)?;
    Ok(evaluation)
}

/// Lets a convened session know whether a quorum is present. True when that is news.
fn tell(tx: &mut Tx<'_>, session: &Session, evaluation: &Evaluation) -> Result<bool, Problem> {
    let has_quorum = evaluation.reckoning.is_met;
    if !session.status.is_convened() || has_quorum == session.has_quorum {
        return Ok(false);
    }
    diesel::update(assembly_sessions::table.filter(assembly_sessions::id.eq(&session.id)))
        .set(assembly_sessions::has_quorum.eq(has_quorum))
        .execute(tx.conn)?;
    Ok(true)
}

fn keep(
    tx: &mut Tx<'_>,
    session: &Session,
    evaluation: &Evaluation,
    occasion: QuorumOccasion,
    poll: Option<&PollId>,
) -> Result<(), Problem> {
    let last: Option<i64> = quorum_checks::table
        .filter(quorum_checks::session_id.eq(&session.id))
        .select(max(quorum_checks::ordinal))
        .first(tx.conn)?;
    let found = &evaluation.reckoning;
    let seated: Vec<&SeatId> = evaluation
        .standings
        .iter()
        .map(|standing| &standing.seat.id)
        .collect();
    let present: Vec<&&SeatId> = seated
        .iter()
        .filter(|seat| evaluation.present.contains(seat))
        .collect();
    let row = QuorumCheck {
        session_id: session.id.clone(),
        ordinal: last.unwrap_or(0) + 1,
        occasion,
        poll_id: poll.cloned(),
        rule: serde_json::to_string(&evaluation.rule).map_err(Problem::internal)?,
        seated: found.seated,
        present: found.present,
        required: found.required,
        missing: found.missing,
        regions_present: found.regions_present,
        regions_required: found.regions_required,
        is_met: found.is_met,
        inputs: json!({"seated": seated, "present": present}).to_string(),
        occurred_at: tx.now,
    };
    diesel::insert_into(quorum_checks::table)
        .values(row)
        .execute(tx.conn)?;
    Ok(())
}

/// Looks at the quorum of a convened session again, after somebody came, went, or lost a seat. Who no
/// longer acts for the seat that they were there for is no longer present. A check is kept when the
/// quorum was lost or won. Returns the evaluation.
///
/// # Errors
///
/// When the database fails.
pub fn refresh(tx: &mut Tx<'_>, session: &Locked<Session>) -> Result<Evaluation, Problem> {
    let mut evaluation = evaluate(tx.conn, session, tx.now)?;
    end_idle(tx, session, &evaluation.standings, &mut evaluation.people)?;
    if tell(tx, session, &evaluation)? {
        keep(tx, session, &evaluation, QuorumOccasion::Change, None)?;
    }
    Ok(evaluation)
}

/// As [`refresh`], for every convened session of an assembly: a change of seats changes the quorum.
///
/// # Errors
///
/// When the database fails.
pub fn refresh_all(tx: &mut Tx<'_>, assembly: &AssemblyId) -> Result<(), Problem> {
    let convened: Vec<AssemblySessionId> = assembly_sessions::table
        .filter(assembly_sessions::assembly_id.eq(assembly))
        .filter(assembly_sessions::status.eq_any(SessionStatus::CONVENED))
        .order(assembly_sessions::id)
        .select(assembly_sessions::id)
        .load(tx.conn)?;
    for id in convened {
        let session = Locked::<Session>::acquire(tx, id.as_str())?
            .ok_or_else(|| Problem::internal("a session that went away"))?;
        refresh(tx, &session)?;
    }
    Ok(())
}
