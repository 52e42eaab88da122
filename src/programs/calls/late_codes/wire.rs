//! Late codes as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::{CallId, LateCodeId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::calls::model::LateCode as Row;

/// Leave for one organization to submit after the call has closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "lat_01jz8k2m4n6p8q0r2s4t6v8w0x", "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "City hall was closed by the storm.",
    "created_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "created_at": "2031-11-02T14:00:00Z",
    "expires_at": "2031-11-05T23:00:00Z", "used_at": null
}))]
pub struct LateCode {
    /// Its id.
    pub id: LateCodeId,
    /// The call.
    pub call_id: CallId,
    /// Who may use it.
    pub organization_id: OrganizationId,
    /// Why it was given.
    pub reason: String,
    /// The code itself. Only in the answer that makes it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^late_[A-Za-z0-9_-]{43}$")]
    pub code: Option<String>,
    /// Who gave it.
    pub created_by: UserId,
    /// When it was given.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

impl LateCode {
    /// What is shown of it; the code is added by the answer that shows it.
    #[must_use]
    pub fn of(row: Row) -> Self {
        Self {
            id: row.id,
            call_id: row.call_id,
            organization_id: row.organization_id,
            reason: row.reason,
            code: None,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

crate::text_enum! {
    /// The orders the list of late codes has.
    pub enum LateCodeSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which late codes of a call are wanted.
    "late-codes" LateCodeQuery sorted by LateCodeSort {
        /// Who may use them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new late code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "City hall was closed by the storm.",
    "expires_at": "2031-11-05T23:00:00Z"
}))]
pub struct CreateLateCode {
    /// Who may use it.
    pub organization_id: OrganizationId,
    /// Why it is given.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}
