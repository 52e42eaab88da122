//! Reading minutes, their corrections, and the hashes of their records.

use diesel::prelude::*;

use crate::assemblies::minutes::aggregate::of_session;
use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::{Correction, Minutes as Row, MinutesRecord};
use crate::assemblies::minutes::wire::{Minutes, MinutesCorrection, RecordHash, RecordHashQuery};
use crate::assemblies::sessions::model::Session;
use crate::assemblies::sessions::visible;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::AssemblySessionId;
use crate::kernel::secrets::Keyring;
use crate::schema::{minutes_corrections, minutes_records};

/// What the caller may do with minutes.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<&'static str> {
    let all: &[(&'static str, Permission)] = match row.status {
        MinutesStatus::Draft => &[
            ("draft", Permission::MinutesWrite),
            ("edit", Permission::MinutesWrite),
            ("approve-minutes", Permission::MinutesApprove),
        ],
        MinutesStatus::Approved => &[("correct", Permission::MinutesApprove)],
    };
    all.iter()
        .filter(|(_, permission)| scope.oversees(*permission))
        .map(|(action, _)| *action)
        .collect()
}

/// The minutes of a session that the caller sees, with the session.
///
/// # Errors
///
/// 404 when the session is not there for the caller, or has no minutes.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &AssemblySessionId,
) -> Result<(Session, Row), Problem> {
    let session = visible::find(conn, scope, id)?;
    let row = of_session(conn, id)?.ok_or_else(Problem::not_found)?;
    Ok((session, row))
}

/// The corrections of minutes, in order.
///
/// # Errors
///
/// When the database fails.
pub fn corrections(
    conn: &mut Connection,
    session: &AssemblySessionId,
) -> Result<Vec<Correction>, Problem> {
    Ok(minutes_corrections::table
        .filter(minutes_corrections::session_id.eq(session))
        .order(minutes_corrections::ordinal)
        .select(Correction::as_select())
        .load(conn)?)
}

/// Minutes as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(conn: &mut Connection, scope: &Scope, row: &Row) -> Result<Minutes, Problem> {
    let corrections = corrections(conn, &row.session_id)?;
    Ok(Minutes {
        id: row.id.clone(),
        session_id: row.session_id.clone(),
        status: row.status,
        text: row.text.clone(),
        basis: row.basis,
        basis_poll_id: row.basis_poll_id.clone(),
        approved_by: row.approved_by.clone(),
        approved_at: row.approved_at,
        hash: row.hash.clone(),
        corrections: corrections.into_iter().map(shown).collect(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, scope),
    })
}

/// A correction as it is shown.
#[must_use]
pub fn shown(row: Correction) -> MinutesCorrection {
    MinutesCorrection {
        ordinal: row.ordinal,
        text: row.text,
        reason: row.reason,
        hash: row.hash,
        created_at: row.created_at,
    }
}

/// A page of the hashes that approved minutes stand on.
///
/// # Errors
///
/// 404; 400 for a cursor of another list.
pub fn hashes(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    id: &AssemblySessionId,
    query: &RecordHashQuery,
) -> Result<Page<RecordHash>, Problem> {
    find(conn, scope, id)?;
    let request = PageRequest::within(keyring, query, id.as_str())?;
    let base = || {
        let found = minutes_records::table
            .filter(minutes_records::session_id.eq(id.clone()))
            .into_boxed();
        match &query.kind {
            Some(kind) => found.filter(minutes_records::kind.eq(kind.clone())),
            None => found,
        }
    };
    let rows: Vec<MinutesRecord> = crate::seek!(
        base(), minutes_records::kind, minutes_records::record_id,
        descending: false,
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(MinutesRecord::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.kind.clone(), row.record_id.clone())
    });
    Ok(page.map(|row| RecordHash {
        kind: row.kind,
        record_id: row.record_id,
        hash: row.hash,
    }))
}
