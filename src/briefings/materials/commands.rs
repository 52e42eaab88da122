//! Adding, changing and withdrawing materials, and noting who took them.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::aggregate::acquire;
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::materials::model::{Material, MaterialAudience, SUBJECT};
use crate::briefings::materials::wire::{MaterialUpload, UpdateMaterial};
use crate::briefings::materials::{queries, telling};
use crate::briefings::model::Briefing;
use crate::kernel::access::Scope;
use crate::kernel::blobs::Stored;
use crate::kernel::db::{Connection, Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{BriefingId, MaterialId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::materials;

/// How many materials a briefing has, at most.
const MOST: i64 = 100;

/// An event about a material. What is for the office alone is told to nobody else, and what is not
/// out yet is not told yet.
fn event(kind: &'static str, row: &Material, now: Timestamp) -> Event {
    let subject = Subject {
        kind: SUBJECT,
        id: row.id.to_string(),
        version: Some(row.version),
    };
    let told =
        json!({"briefing_id": row.briefing_id, "title": row.title, "filename": row.filename});
    let event = Event::new(kind, subject)
        .marking(row.marking)
        .payload(json!({
            "briefing_id": row.briefing_id, "title": row.title, "filename": row.filename,
            "sha256": row.sha256, "audience": row.audience, "marking": row.marking,
            "available_from": row.available_from, "withdrawn_reason": row.withdrawn_reason,
        }));
    let is_out = row.available_from.is_none_or(|from| from <= now);
    if is_out && row.audience != MaterialAudience::Cleared {
        event.shared(told)
    } else {
        event
    }
}

/// Whether a material may be added at all, asked before its content is read.
///
/// # Errors
///
/// 409 when the briefing is called off or has as many as are accepted; 422.
pub fn check_upload(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &Briefing,
    upload: &MaterialUpload,
) -> Result<(), Problem> {
    if briefing.status == BriefingStatus::Cancelled {
        return Err(
            Problem::new(Code::NotAllowedInState, "The briefing is called off.")
                .with("state", briefing.status.as_str()),
        );
    }
    let mut faults = Faults::default();
    scope.check_marking(upload.marking, "marking", &mut faults);
    faults.finish()?;
    if queries::count(conn, &briefing.id)? >= MOST {
        return Err(Problem::new(
            Code::TooManyDocuments,
            format!("A briefing has {MOST} materials at most."),
        ));
    }
    Ok(())
}

/// Adds a material whose content is in the store.
///
/// # Errors
///
/// 404; as [`check_upload`], of the briefing as it is now.
pub fn add_material(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    upload: &MaterialUpload,
    filename: &str,
    stored: &Stored,
) -> Result<Material, Problem> {
    let briefing = acquire(tx, scope, briefing)?;
    check_upload(tx.conn, scope, &briefing, upload)?;
    let title = upload.title.as_deref().unwrap_or(filename);
    let row = Material {
        id: MaterialId::fresh(),
        briefing_id: briefing.id.clone(),
        title: text::clean(title),
        filename: filename.to_owned(),
        media_type: stored.media_type,
        size: stored.size,
        sha256: stored.sha256.clone(),
        storage_key: stored.key.clone(),
        marking: upload
            .marking
            .unwrap_or_else(|| briefing.marking.max(Marking::OfficialUse)),
        audience: upload.audience.unwrap_or(MaterialAudience::Registered),
        available_from: upload.available_from,
        uploaded_by_kind: scope.actor().kind().to_owned(),
        uploaded_by_id: scope.actor().id().unwrap_or_default().to_owned(),
        withdrawn_at: None,
        withdrawn_reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(materials::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("material.added", &row, tx.now))?;
    telling::added(tx, &briefing, &row)?;
    Ok(row)
}

/// Locks the briefing, then one of its materials that is not withdrawn, at the version the change
/// was made against.
fn load(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &MaterialId,
    if_match: IfMatch,
) -> Result<(Locked<Briefing>, Locked<Material>), Problem> {
    let briefing = acquire(tx, scope, briefing)?;
    queries::find(tx.conn, scope, &briefing.id, id, tx.now)?;
    let stored = Locked::<Material>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    if stored.withdrawn_at.is_some() {
        return Err(
            Problem::new(Code::NotAllowedInState, "The material was withdrawn.")
                .with("state", "withdrawn")
                .with("allowed_actions", Vec::<String>::new()),
        );
    }
    Ok((briefing, stored))
}

fn store(tx: &mut Tx<'_>, mut row: Material) -> Result<Material, Problem> {
    let version = row.version;
    row.version += 1;
    row.updated_at = tx.now;
    diesel::update(
        materials::table
            .filter(materials::id.eq(&row.id))
            .filter(materials::version.eq(version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    Ok(row)
}

/// Changes what is said of a material.
///
/// # Errors
///
/// 404; 409 once it is withdrawn; 412; 422.
pub fn update_material(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &MaterialId,
    if_match: IfMatch,
    change: UpdateMaterial,
) -> Result<Material, Problem> {
    let (briefing, stored) = load(tx, scope, briefing, id, if_match)?;
    let mut faults = Faults::default();
    scope.check_marking(change.marking, "/marking", &mut faults);
    faults.finish()?;
    let mut row = stored.into_inner();
    if let Some(title) = &change.title {
        row.title = text::clean(title);
    }
    row.audience = change.audience.unwrap_or(row.audience);
    row.marking = change.marking.unwrap_or(row.marking);
    change.available_from.apply(&mut row.available_from);
    let row = store(tx, row)?;
    telling::changed(tx, &briefing, &row)?;
    tx.record(event("material.updated", &row, tx.now))?;
    Ok(row)
}

/// Withdraws a material: from then on only the office sees it.
///
/// # Errors
///
/// 404; 409 when it is withdrawn; 412.
pub fn withdraw_material(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &MaterialId,
    if_match: IfMatch,
    reason: Option<&str>,
) -> Result<Material, Problem> {
    let (_briefing, stored) = load(tx, scope, briefing, id, if_match)?;
    let mut row = stored.into_inner();
    row.withdrawn_at = Some(tx.now);
    row.withdrawn_reason = text::clean_optional(reason);
    let row = store(tx, row)?;
    telling::withdrawn(tx, &row)?;
    tx.record(event("material.withdrawn", &row, tx.now))?;
    Ok(row)
}

/// Notes that the caller takes the content of a material. Written before the content is sent: a
/// download that breaks off is in the journal, and none is missing there.
///
/// # Errors
///
/// 404 when it does not exist for the caller.
pub fn note_download(
    tx: &mut Tx<'_>,
    scope: &Scope,
    briefing: &BriefingId,
    id: &MaterialId,
) -> Result<Material, Problem> {
    let row = queries::find(tx.conn, scope, briefing, id, tx.now)?;
    let home = scope.homes().first();
    let subject = Subject {
        kind: SUBJECT,
        id: row.id.to_string(),
        version: Some(row.version),
    };
    tx.record(
        Event::new("material.downloaded", subject)
            .organization(home.map(|home| &home.organization_id))
            .marking(row.marking)
            .payload(json!({"briefing_id": row.briefing_id, "sha256": row.sha256})),
    )?;
    Ok(row)
}
