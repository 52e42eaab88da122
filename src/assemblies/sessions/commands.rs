//! Drafting and changing sessions.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::model::Assembly;
use crate::assemblies::sessions::aggregate::{acquire, event, store};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{LegalReview, Session};
use crate::assemblies::sessions::queries::expect_state;
use crate::assemblies::sessions::rules;
use crate::assemblies::sessions::visible::find;
use crate::assemblies::sessions::wire::{CreateAssemblySession, UpdateAssemblySession};
use crate::assemblies::visible::{expect_office, find as find_assembly};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Aggregate, Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{AssemblyId, AssemblySessionId};
use crate::kernel::span::check_span;
use crate::kernel::text;
use crate::kernel::time::{ZonedTime, ZonedTimeInput};
use crate::schema::{assemblies, assembly_sessions};

/// What the journal holds of a session.
#[must_use]
pub fn summary(row: &Session) -> Value {
    json!({
        "number": row.number,
        "title": row.title,
        "status": row.status,
        "format": row.format,
        "time_zone": row.time_zone,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "venue": row.venue,
        "presiding": row.presiding,
        "legal_review": row.legal_review,
    })
}

/// The assembly of a session.
///
/// # Errors
///
/// When the database fails.
pub fn assembly_of(tx: &mut Tx<'_>, row: &Session) -> Result<Assembly, Problem> {
    Assembly::load(tx.conn, row.assembly_id.as_str())?
        .ok_or_else(|| Problem::internal("a session without an assembly"))
}

/// Refuses an assembly whose cohort does not sit.
///
/// # Errors
///
/// 409.
pub fn expect_seated(assembly: &Assembly) -> Result<(), Problem> {
    if assembly.status == AssemblyStatus::Seated {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        format!(
            "Sessions are held while the assembly is seated; its state is `{}`.",
            assembly.status
        ),
    )
    .with("state", assembly.status.as_str()))
}

/// When a session begins and ends, or `None` after noting what is wrong.
pub fn resolve_times(
    starts_at: &ZonedTimeInput,
    ends_at: &ZonedTimeInput,
    faults: &mut Faults,
) -> Option<(ZonedTime, ZonedTime)> {
    let starts = starts_at.resolve("/starts_at", faults);
    let ends = ends_at.resolve("/ends_at", faults);
    let (starts, ends) = (starts?, ends?);
    check_span(&starts, &ends, faults);
    Some((starts, ends))
}

/// Sets when a session begins and ends.
pub fn set_times(row: &mut Session, starts: &ZonedTime, ends: &ZonedTime) {
    row.time_zone = starts.zone().name().to_owned();
    row.starts_local = starts.local();
    row.starts_at = starts.utc();
    row.ends_at = ends.utc();
}

/// Stores a new session under the next number of its assembly, which is locked, so that no number
/// is left out or given twice.
///
/// # Errors
///
/// When the database fails.
pub fn insert(
    tx: &mut Tx<'_>,
    assembly: &Locked<Assembly>,
    mut row: Session,
) -> Result<Session, Problem> {
    row.number = assembly.last_session_number + 1;
    diesel::update(assemblies::table.filter(assemblies::id.eq(&assembly.id)))
        .set(assemblies::last_session_number.eq(row.number))
        .execute(tx.conn)?;
    diesel::insert_into(assembly_sessions::table)
        .values(row.clone())
        .execute(tx.conn)?;
    Ok(row)
}

/// Locks an assembly whose cohort sits, for a new session.
///
/// # Errors
///
/// 404; 403; 409 when it does not sit.
pub fn acquire_assembly(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblyId,
) -> Result<Locked<Assembly>, Problem> {
    find_assembly(tx.conn, scope, id)?;
    expect_office(scope, Permission::SessionsClerk)?;
    let assembly = Locked::<Assembly>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    expect_seated(&assembly)?;
    Ok(assembly)
}

/// Drafts a session.
///
/// # Errors
///
/// 404; 409 while the assembly is not seated; 422 with every broken rule.
pub fn create_session(
    tx: &mut Tx<'_>,
    scope: &Scope,
    assembly: &AssemblyId,
    input: &CreateAssemblySession,
) -> Result<Session, Problem> {
    let assembly = acquire_assembly(tx, scope, assembly)?;
    let mut faults = Faults::default();
    let times = resolve_times(&input.starts_at, &input.ends_at, &mut faults);
    faults.finish()?;
    let (starts, ends) =
        times.ok_or_else(|| Problem::internal("an incomplete session passed the checks"))?;
    let title = text::clean(&input.title);
    let mut row = Session {
        id: AssemblySessionId::fresh(),
        assembly_id: assembly.id.clone(),
        number: 0,
        title_folded: text::fold(&title),
        title,
        status: SessionStatus::Draft,
        format: input.format,
        time_zone: String::new(),
        starts_local: starts.local(),
        starts_at: starts.utc(),
        ends_at: ends.utc(),
        venue: text::clean_optional(input.venue.as_deref()),
        meeting_url: input.meeting_url.clone(),
        presiding: text::clean_optional(input.presiding.as_deref()),
        legal_review: LegalReview::NotNeeded,
        legal_basis: None,
        legal_reviewed_by: None,
        legal_reviewed_at: None,
        federal_officer: None,
        notice_citation: None,
        cloned_from_id: None,
        has_quorum: false,
        called_at: None,
        agenda_published_at: None,
        opened_at: None,
        adjourned_at: None,
        adjournment: None,
        closing_note: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    set_times(&mut row, &starts, &ends);
    let row = insert(tx, &assembly, row)?;
    tx.record(event("assembly_session.drafted", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

/// Changes a session.
///
/// # Errors
///
/// 404; 409 once it is over, or when members would have too short a notice of its new time; 412;
/// 422 with every broken rule.
pub fn update_session(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    change: &UpdateAssemblySession,
) -> Result<Session, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, Permission::SessionsClerk)?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    expect_state(&stored, scope, "Changing it", SessionStatus::is_changeable)?;
    let assembly = assembly_of(tx, &stored)?;
    let mut row = Session::clone(&stored);
    let mut faults = Faults::default();
    if !stored.status.is_before_opening() {
        for (is_given, pointer) in [
            (change.title.is_some(), "/title"),
            (change.format.is_some(), "/format"),
            (change.starts_at.is_some(), "/starts_at"),
            (change.ends_at.is_some(), "/ends_at"),
        ] {
            faults.require(
                !is_given,
                pointer,
                "not_applicable",
                "cannot be changed once the session is open",
            );
        }
    }
    if let Some(title) = &change.title {
        row.title = text::clean(title);
        row.title_folded = text::fold(&row.title);
    }
    row.format = change.format.unwrap_or(row.format);
    change.venue.clone().apply(&mut row.venue);
    row.venue = text::clean_optional(row.venue.as_deref());
    change.meeting_url.clone().apply(&mut row.meeting_url);
    change.presiding.clone().apply(&mut row.presiding);
    row.presiding = text::clean_optional(row.presiding.as_deref());
    change_times(&mut row, change, &mut faults);
    if stored.called_at.is_some() && stored.status.is_before_opening() {
        rules::check_complete(&row, &assembly, tx.now, &mut faults);
    }
    faults.finish()?;
    let is_moved = stored.called_at.is_some() && row.starts_at != stored.starts_at;
    if is_moved {
        rules::check_legal_gate(&row, tx.now)?;
        rules::check_notice(&row, &assembly, tx.now)?;
    }
    let row = store(tx, &stored, row)?;
    let kind = if is_moved {
        "assembly_session.rescheduled"
    } else {
        "assembly_session.updated"
    };
    tx.record(event(kind, &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}

/// Sets the times that a change gives; the other one stays, on the clock where the session is held.
fn change_times(row: &mut Session, change: &UpdateAssemblySession, faults: &mut Faults) {
    if change.starts_at.is_none() && change.ends_at.is_none() {
        return;
    }
    let zone = row.zone();
    let starts = match &change.starts_at {
        Some(input) => input.resolve("/starts_at", faults),
        None => Some(ZonedTime::at(row.starts_at, zone)),
    };
    let ends = match &change.ends_at {
        Some(input) => input.resolve("/ends_at", faults),
        None => Some(ZonedTime::at(row.ends_at, zone)),
    };
    if let (Some(starts), Some(ends)) = (starts, ends) {
        check_span(&starts, &ends, faults);
        set_times(row, &starts, &ends);
    }
}
