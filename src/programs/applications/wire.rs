//! Applications as clients see and send them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::directory::organizations::wire::Organization;
use crate::kernel::id::{ApplicationId, CallId, OrganizationId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::needs::Needs;

/// Why an overdue final report does not stand in the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiver {
    /// Why; only for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// When it was waived.
    pub waived_at: Timestamp,
}

/// A host's application in a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "status": "submitted",
    "title": "A trade desk for the valley", "form_version": 1,
    "answers": {"summary": "An officer would open doors for 120 suppliers."},
    "needs": {"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}], "regions": ["western_hemisphere"], "starts_on": "2031-09-01"},
    "reserve_rank": null, "reason": null, "waiver": null, "is_late": false,
    "submitted_at": "2031-01-20T17:00:00Z", "version": 2,
    "created_at": "2031-01-20T16:00:00Z", "updated_at": "2031-01-20T17:00:00Z",
    "allowed_actions": ["withdraw", "update"]
}))]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The call.
    pub call_id: CallId,
    /// The host that applies. Those who review a blind call are not told before it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// The host itself; only with `expand=organization`, for those who are told who applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<Organization>,
    /// Where it stands. A host is told what was decided when the call is announced, and until then
    /// that it is under review.
    pub status: ApplicationStatus,
    /// What the host wants to do, in a line.
    pub title: String,
    /// The version of the form it is written against.
    pub form_version: i64,
    /// The answers to the form. Those who review a blind call do not see answers that tell who
    /// applies, and `[host]` where the host is named.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// What is asked of an officer.
    pub needs: Needs,
    /// Its place in the reserve, from 1.
    pub reserve_rank: Option<i64>,
    /// What was said with the last decision or withdrawal.
    pub reason: Option<String>,
    /// That an overdue final report does not stand in the way.
    pub waiver: Option<Waiver>,
    /// Whether it was submitted with a late code.
    pub is_late: bool,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

crate::text_enum! {
    /// The orders the list of applications has.
    pub enum ApplicationSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::text_enum! {
    /// What an application can show in full.
    pub enum ApplicationExpansion {
        /// The host that applies.
        Organization => "organization",
    }
}

crate::list_query! {
    /// Which applications of a call are wanted.
    "applications" ApplicationQuery sorted by ApplicationSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "trade")]
        pub q: Option<String>,
        /// Where they stand, as far as the caller is told.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<ApplicationStatus>,
        /// Who applies; not for those who review a blind call.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// What to show in full.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub expand: Option<ApplicationExpansion>,
    }
}

/// What one application shows.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationView {
    /// What to show in full.
    #[schema(nullable = false)]
    pub expand: Option<ApplicationExpansion>,
}
crate::query_params!(ApplicationView);

fn no_answers() -> Value {
    json!({})
}

/// A new application, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "A trade desk for the valley", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "needs": {"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}], "regions": ["western_hemisphere"], "starts_on": "2031-09-01"},
    "answers": {"summary": "An officer would open doors for 120 suppliers."}
}))]
pub struct CreateApplication {
    /// What the host wants to do, in a line.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// The host; the caller's organization when not given.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// What is asked of an officer.
    #[serde(default)]
    #[schema(required = false)]
    pub needs: Needs,
    /// Answers to the form of the call. A draft may leave out any.
    #[serde(default = "no_answers")]
    #[schema(required = false, value_type = Object)]
    pub answers: Value,
}

/// A change of an application: absent members keep their value; within `answers`, `null` takes an
/// answer out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answers": {"summary": "An officer would open doors for 140 suppliers."}}))]
pub struct UpdateApplication {
    /// What the host wants to do, in a line.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// What is asked of an officer, as a whole.
    #[schema(nullable = false)]
    pub needs: Option<Needs>,
    /// What changes in the answers.
    #[serde(default)]
    #[schema(nullable = false, value_type = Object)]
    pub answers: Option<Value>,
    /// A later version of the form, to which the answers are brought.
    #[schema(nullable = false, minimum = 1)]
    pub form_version: Option<i64>,
}

/// With what an application is submitted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct SubmitApplication {
    /// The office's leave to submit after the call has closed; good once.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, pattern = "^[!-~]+$")]
    pub late_code: Option<String>,
}
