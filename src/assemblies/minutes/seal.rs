//! The hash of approved minutes, and of what is appended to them.

use serde_json::json;

use crate::assemblies::minutes::model::{Correction, Minutes, MinutesRecord};
use crate::assemblies::minutes::records::hash_of;
use crate::kernel::http::Problem;

/// The hash over what was approved: the text, the approval itself, and the hashes of the records, in
/// the order of their kinds and ids.
///
/// # Errors
///
/// 500 when it cannot be written as JSON.
pub fn of_minutes(row: &Minutes, records: &[MinutesRecord]) -> Result<String, Problem> {
    let records: Vec<_> = records
        .iter()
        .map(|record| json!({"kind": record.kind, "record_id": record.record_id, "hash": record.hash}))
        .collect();
    hash_of(&json!({
        "id": row.id,
        "session_id": row.session_id,
        "text": row.text,
        "basis": row.basis,
        "basis_poll_id": row.basis_poll_id,
        "approved_by": row.approved_by,
        "approved_at": row.approved_at,
        "created_at": row.created_at,
        "records": records,
    }))
}

/// The hash over a correction and the hash before it: that of the minutes, or of the correction
/// that was appended last.
///
/// # Errors
///
/// 500 when it cannot be written as JSON.
pub fn of_correction(row: &Correction, previous: &str) -> Result<String, Problem> {
    hash_of(&json!({
        "previous": previous,
        "session_id": row.session_id,
        "ordinal": row.ordinal,
        "text": row.text,
        "reason": row.reason,
        "actor_kind": row.actor_kind,
        "actor_id": row.actor_id,
        "created_at": row.created_at,
    }))
}
