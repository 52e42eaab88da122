//! How a caller sees a poll.

use crate::assemblies::polls::choices::Choices;
use crate::assemblies::polls::lifecycle::{LIFECYCLE, PollStatus};
use crate::assemblies::polls::model::Poll as Row;
use crate::assemblies::polls::wire::{Poll, PollResult};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::http::Problem;

/// A poll as this caller sees it.
///
/// # Errors
///
/// 500 when the result that is stored cannot be read.
pub fn represent(row: &Row, scope: &Scope) -> Result<Poll, Problem> {
    Ok(Poll {
        id: row.id.clone(),
        session_id: row.session_id.clone(),
        motion_id: row.motion_id.clone(),
        kind: row.kind,
        status: row.status,
        question: row.question.clone(),
        options: row.list(),
        choices: Choices::of(row).all().map(str::to_owned).collect(),
        majority: row.majority,
        majority_of: row.majority_of,
        is_replaceable: row.is_replaceable,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        outcome: row.outcome,
        result: result(row)?,
        reason: row.reason.clone(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: allowed_actions(row, scope),
    })
}

/// The result of a poll, once it is closed.
///
/// # Errors
///
/// 500 when what is stored cannot be read.
pub fn result(row: &Row) -> Result<Option<PollResult>, Problem> {
    row.result
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(Problem::internal)
}

/// What the caller may do with a poll.
#[must_use]
pub fn allowed_actions(row: &Row, scope: &Scope) -> Vec<String> {
    let may = |permission: Permission| scope.oversees(permission);
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, may)
        .iter()
        .map(ToString::to_string)
        .collect();
    if row.status == PollStatus::Draft && may(Permission::PollsWrite) {
        actions.push("update".to_owned());
    }
    actions
}
