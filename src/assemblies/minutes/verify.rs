//! Checking approved minutes: whether their text and every record they stand on are what they were.
//!
//! What was approved is known from three sides: the minutes themselves, the status of their session,
//! and the journal, whose own chain `verify journal` checks. Whoever would change a record without
//! being found would have to change all three.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use diesel::prelude::*;
use serde_json::Value;

use crate::assemblies::minutes::aggregate::of_session;
use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::{Minutes, MinutesRecord};
use crate::assemblies::minutes::{queries, records, seal};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblySessionId;
use crate::schema::events::dsl as journal;
use crate::schema::{assembly_sessions, minutes, minutes_records};

/// Something that is not what it was when the minutes were approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A record has another content.
    Changed(String, String),
    /// A record is gone.
    Missing(String, String),
    /// A record was not there.
    Added(String, String),
    /// Records of this kind cannot be read any more.
    Unreadable(String),
    /// The text, the approval, or the list of hashes.
    Minutes,
    /// There are no minutes, or they are no longer approved.
    NotApproved,
    /// This correction, by its number.
    Correction(i64),
    /// The journal tells another hash, or none.
    Journal,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(kind, id) => write!(f, "changed: {kind} {id}"),
            Self::Missing(kind, id) => write!(f, "missing: {kind} {id}"),
            Self::Added(kind, id) => write!(f, "added: {kind} {id}"),
            Self::Unreadable(kind) => write!(f, "unreadable: {kind}"),
            Self::Minutes => f.write_str("changed: the text, the approval or the list of hashes"),
            Self::NotApproved => f.write_str("missing: minutes that are approved"),
            Self::Correction(ordinal) => write!(f, "changed: correction {ordinal}"),
            Self::Journal => f.write_str("changed: the journal tells another hash"),
        }
    }
}

/// What the journal tells about minutes that were approved.
#[derive(Debug, Clone, Default)]
pub struct Told {
    hash: Option<String>,
    corrections: BTreeMap<i64, String>,
}

/// The sessions whose minutes were approved, from all sides that know of one.
///
/// # Errors
///
/// When the database fails.
pub fn sessions(conn: &mut Connection) -> Result<BTreeMap<AssemblySessionId, Told>, Problem> {
    let mut all: BTreeMap<AssemblySessionId, Told> = BTreeMap::new();
    let told: Vec<(String, String)> = journal::events
        .filter(journal::kind.eq_any(["minutes.approved", "minutes.corrected"]))
        .order(journal::sequence)
        .select((journal::kind, journal::payload))
        .load(conn)?;
    for (kind, payload) in told {
        let payload: Value = serde_json::from_str(&payload).unwrap_or_default();
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let Some(id) = text("session_id").and_then(|id| id.parse().ok()) else {
            continue;
        };
        let entry = all.entry(id).or_default();
        let hash = text("hash").unwrap_or_default().to_owned();
        if kind == "minutes.approved" {
            entry.hash = Some(hash);
        } else {
            let ordinal = payload.get("ordinal").and_then(Value::as_i64);
            entry.corrections.insert(ordinal.unwrap_or_default(), hash);
        }
    }
    let approved: Vec<AssemblySessionId> = minutes::table
        .filter(
            minutes::status
                .eq(MinutesStatus::Approved)
                .or(minutes::hash.is_not_null()),
        )
        .select(minutes::session_id)
        .load(conn)?;
    let done: Vec<AssemblySessionId> = assembly_sessions::table
        .filter(assembly_sessions::status.eq(SessionStatus::MinutesApproved))
        .select(assembly_sessions::id)
        .load(conn)?;
    for id in approved.into_iter().chain(done) {
        all.entry(id).or_default();
    }
    Ok(all)
}

/// What was found out about the minutes of a session.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How many records they stand on.
    pub records: usize,
    /// What differs; nothing, when all is well.
    pub differences: Vec<Difference>,
}

/// Recomputes the minutes of one session.
///
/// # Errors
///
/// When the database fails.
pub fn check(
    conn: &mut Connection,
    session: &AssemblySessionId,
    told: &Told,
) -> Result<Finding, Problem> {
    let stored: Vec<MinutesRecord> = minutes_records::table
        .filter(minutes_records::session_id.eq(session))
        .order((minutes_records::kind, minutes_records::record_id))
        .select(MinutesRecord::as_select())
        .load(conn)?;
    let mut differences = records_that_differ(conn, session, &stored);
    let row = of_session(conn, session).ok().flatten();
    match row.and_then(|row| Some((row.hash.clone()?, row))) {
        Some((hash, row)) if row.status == MinutesStatus::Approved => {
            if seal::of_minutes(&row, &stored)? != hash {
                differences.push(Difference::Minutes);
            }
            if told.hash.as_ref() != Some(&hash) {
                differences.push(Difference::Journal);
            }
            differences.extend(corrections_that_differ(conn, &row, &hash, told)?);
        }
        _ => differences.push(Difference::NotApproved),
    }
    Ok(Finding {
        records: stored.len(),
        differences,
    })
}

fn records_that_differ(
    conn: &mut Connection,
    session: &AssemblySessionId,
    stored: &[MinutesRecord],
) -> Vec<Difference> {
    let mut before: BTreeMap<(String, String), &str> = stored
        .iter()
        .map(|row| ((row.kind.clone(), row.record_id.clone()), row.hash.as_str()))
        .collect();
    let mut differences = Vec::new();
    for kind in records::KINDS {
        let Ok(now) = kind.records(conn, session) else {
            differences.push(Difference::Unreadable(kind.name.to_owned()));
            before.retain(|(name, _), _| name != kind.name);
            continue;
        };
        for row in now {
            let which = (row.kind, row.record_id);
            match before.remove(&which) {
                Some(hash) if hash == row.hash => {}
                Some(_) => differences.push(Difference::Changed(which.0, which.1)),
                None => differences.push(Difference::Added(which.0, which.1)),
            }
        }
    }
    differences.extend(
        before
            .into_keys()
            .map(|(kind, id)| Difference::Missing(kind, id)),
    );
    differences
}

fn corrections_that_differ(
    conn: &mut Connection,
    row: &Minutes,
    hash: &str,
    told: &Told,
) -> Result<Vec<Difference>, Problem> {
    let mut wrong = BTreeSet::new();
    let mut known = told.corrections.clone();
    let mut previous = hash.to_owned();
    for (index, correction) in queries::corrections(conn, &row.session_id)?
        .iter()
        .enumerate()
    {
        let is_next = usize::try_from(correction.ordinal) == Ok(index + 1);
        let is_told = known.remove(&correction.ordinal).as_ref() == Some(&correction.hash);
        if !is_next || !is_told || seal::of_correction(correction, &previous)? != correction.hash {
            wrong.insert(correction.ordinal);
        }
        previous.clone_from(&correction.hash);
    }
    wrong.extend(known.into_keys());
    Ok(wrong.into_iter().map(Difference::Correction).collect())
}
