//! Reading the quorum.

use diesel::prelude::*;
use serde::Deserialize;

use crate::assemblies::quorum::checks::{self, Evaluation};
use crate::assemblies::quorum::model::QuorumCheck as Row;
use crate::assemblies::quorum::wire::{
    QuorumCheckQuery, QuorumCheckSort, QuorumStanding, RecordedCheck,
};
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{AssemblySessionId, SeatId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::quorum_checks;

/// The quorum of a session now.
///
/// # Errors
///
/// When the database fails.
pub fn read(
    conn: &mut Connection,
    session: &Session,
    now: Timestamp,
) -> Result<QuorumStanding, Problem> {
    Ok(shown(
        &session.id,
        &checks::evaluate(conn, session, now)?,
        now,
    ))
}

/// An evaluation as clients see it.
#[must_use]
pub fn shown(
    session: &AssemblySessionId,
    evaluation: &Evaluation,
    at: Timestamp,
) -> QuorumStanding {
    let found = &evaluation.reckoning;
    QuorumStanding {
        session_id: session.clone(),
        rule: evaluation.rule,
        seated: found.seated,
        present: found.present,
        required: found.required,
        missing: found.missing,
        regions_present: found.regions_present,
        regions_required: found.regions_required,
        is_met: found.is_met,
        at,
    }
}

/// A page of the checks that were made in a session.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    session: &AssemblySessionId,
    query: &QuorumCheckQuery,
) -> Result<Page<RecordedCheck>, Problem> {
    let request = PageRequest::within(keyring, query, session.as_str())?;
    let base = || {
        let mut found = quorum_checks::table
            .filter(quorum_checks::session_id.eq(session.clone()))
            .into_boxed();
        if let Some(occasion) = query.occasion {
            found = found.filter(quorum_checks::occasion.eq(occasion));
        }
        if let Some(poll) = &query.poll_id {
            found = found.filter(quorum_checks::poll_id.eq(poll.clone()));
        }
        found
    };
    let after = request.after_as::<i64>()?.map(|(ordinal, _)| ordinal);
    let wanted = match (query.sort, after) {
        (Some(QuorumCheckSort::OrdinalDescending), None) => {
            base().order(quorum_checks::ordinal.desc())
        }
        (Some(QuorumCheckSort::OrdinalDescending), Some(after)) => base()
            .filter(quorum_checks::ordinal.lt(after))
            .order(quorum_checks::ordinal.desc()),
        (_, None) => base().order(quorum_checks::ordinal.asc()),
        (_, Some(after)) => base()
            .filter(quorum_checks::ordinal.gt(after))
            .order(quorum_checks::ordinal.asc()),
    };
    let rows: Vec<Row> = wanted
        .limit(request.rows_to_read())
        .select(Row::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.ordinal.to_string(), row.session_id.to_string())
    });
    Ok(page.map(recorded))
}

/// The seats that counted, as they are stored.
#[derive(Default, Deserialize)]
struct Inputs {
    seated: Vec<SeatId>,
    present: Vec<SeatId>,
}

fn recorded(row: Row) -> RecordedCheck {
    let inputs: Inputs = serde_json::from_str(&row.inputs).unwrap_or_default();
    RecordedCheck {
        session_id: row.session_id,
        ordinal: row.ordinal,
        occasion: row.occasion,
        poll_id: row.poll_id,
        rule: serde_json::from_str(&row.rule).unwrap_or_default(),
        seated: row.seated,
        present: row.present,
        required: row.required,
        missing: row.missing,
        regions_present: row.regions_present,
        regions_required: row.regions_required,
        is_met: row.is_met,
        seated_seats: inputs.seated,
        present_seats: inputs.present,
        occurred_at: row.occurred_at,
    }
}
