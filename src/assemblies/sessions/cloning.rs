//! A new session with the structure of another, and none of its results.

use serde_json::json;

use crate::assemblies::agenda::copying;
use crate::assemblies::sessions::aggregate::event;
use crate::assemblies::sessions::commands::{
    acquire_assembly, insert, resolve_times, set_times, summary,
};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{LegalReview, Session};
use crate::assemblies::sessions::visible::find;
use crate::assemblies::sessions::wire::CloneAssemblySession;
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::AssemblySessionId;
use crate::kernel::text;

/// Drafts a session of the same assembly with the format, the room, who presides and the agenda of
/// another, without what was struck from it. Nothing that happened goes with it: no participants,
/// documents, presence, motions, polls or minutes.
///
/// # Errors
///
/// 404; 409 while the assembly is not seated; 422 with every broken rule.
pub fn clone_session(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    input: &CloneAssemblySession,
) -> Result<Session, Problem> {
    let source = find(tx.conn, scope, id)?;
    let assembly = acquire_assembly(tx, scope, &source.assembly_id)?;
    let mut faults = Faults::default();
    let times = resolve_times(&input.starts_at, &input.ends_at, &mut faults);
    faults.finish()?;
    let (starts, ends) =
        times.ok_or_else(|| Problem::internal("an incomplete session passed the checks"))?;
    let title = input
        .title
        .as_deref()
        .map_or_else(|| source.title.clone(), text::clean);
    let mut row = Session {
        id: AssemblySessionId::fresh(),
        title_folded: text::fold(&title),
        title,
        status: SessionStatus::Draft,
        meeting_url: input.meeting_url.clone(),
        legal_review: LegalReview::NotNeeded,
        legal_basis: None,
        legal_reviewed_by: None,
        legal_reviewed_at: None,
        federal_officer: None,
        notice_citation: None,
        cloned_from_id: Some(source.id.clone()),
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
        ..source
    };
    set_times(&mut row, &starts, &ends);
    let row = insert(tx, &assembly, row)?;
    let items = copying::copy(tx, id, &row.id)?;
    tx.record(event("assembly_session.cloned", &row).payload(json!({
        "cloned_from_id": id, "items": items, "after": summary(&row),
    })))?;
    Ok(row)
}
