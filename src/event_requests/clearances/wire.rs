//! Clearances as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event_requests::clearances::lifecycle::{ClearanceAction, ClearanceStatus, LIFECYCLE};
use crate::event_requests::clearances::model::{Clearance as Row, ClearanceKind};
use crate::event_requests::clearances::queries::status_at;
use crate::event_requests::clearances::rules::bar;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::EventRequest;
use crate::kernel::access::Scope;
use crate::kernel::id::{ClearanceId, UserId};
use crate::kernel::time::Timestamp;

/// A clearance of an event request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "clr_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "ethics", "step": 1, "status": "cleared",
    "requested_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "opened_at": "2027-01-22T15:00:00Z", "deemed_at": null,
    "decided_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0y", "decided_at": "2027-01-25T15:00:00Z",
    "reason": "Free of charge, widely attended.", "version": 3, "created_at": "2027-01-22T15:00:00Z", "allowed_actions": []
}))]
pub struct Clearance {
    /// Its id.
    pub id: ClearanceId,
    /// Who is asked.
    pub kind: ClearanceKind,
    /// Its turn; those of one turn are asked side by side.
    pub step: i64,
    /// Where it stands.
    pub status: ClearanceStatus,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When its turn came.
    pub opened_at: Option<Timestamp>,
    /// When it counts as given if nobody has decided.
    pub deemed_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When it was decided, or counted as given.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Clearance {
    /// A clearance as this caller sees it.
    #[must_use]
    pub fn of(row: Row, request: &EventRequest, scope: &Scope, now: Timestamp) -> Self {
        let status = status_at(&row, now);
        let may_act =
            bar(scope, request, &row).is_none() && RequestStatus::OPEN.contains(&request.status);
        let allowed_actions = LIFECYCLE
            .allowed(status, |permission| may_act && scope.can(permission))
            .iter()
            .map(ClearanceAction::to_string)
            .collect();
        let decided_at = if status == ClearanceStatus::DeemedCleared {
            row.deemed_at
        } else {
            row.decided_at
        };
        Self {
            id: row.id,
            kind: row.kind,
            step: row.step,
            status,
            requested_by: row.requested_by,
            opened_at: row.opened_at,
            deemed_at: row.deemed_at,
            decided_by: row.decided_by,
            decided_at,
            reason: row.reason,
            version: row.version,
            created_at: row.created_at,
            allowed_actions,
        }
    }
}

/// A further clearance.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "legal"}))]
pub struct RequestClearance {
    /// Who is asked.
    pub kind: ClearanceKind,
}

/// Why a clearance is decided so.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Free of charge, widely attended."}))]
pub struct ClearanceReason {
    /// The reason, for the office.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}
