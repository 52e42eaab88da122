//! Panels, assignments, conflicts and reviews as clients see and send them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};

use crate::kernel::id::{ApplicationId, CallId, OrganizationId, ReviewId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::reviews::model::AssignmentMethod;

/// A member of the panel of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Amara Okafor", "added_at": "2031-02-01T15:00:00Z",
    "assigned": 36, "reviewed": 12
}))]
pub struct Reviewer {
    /// The account.
    pub user_id: UserId,
    /// The name.
    pub name: String,
    /// Since when they are on the panel.
    pub added_at: Timestamp,
    /// Applications that they are to review, of those that the caller may see.
    pub assigned: i64,
    /// How many of these they have reviewed.
    pub reviewed: i64,
}

/// A new member of a panel.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct AddReviewer {
    /// The account: of an active person of the office or an agency who may review.
    pub user_id: UserId,
}

/// An application that a reviewer is to review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "method": "evenly", "assigned_at": "2031-02-02T15:00:00Z"
}))]
pub struct ReviewAssignment {
    /// The application.
    pub application_id: ApplicationId,
    /// The reviewer.
    pub reviewer_id: UserId,
    /// How the reviewer came to it.
    pub method: AssignmentMethod,
    /// Since when.
    pub assigned_at: Timestamp,
}

/// Who is to review what.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct AssignReviewer {
    /// The application.
    pub application_id: ApplicationId,
    /// The reviewer, from the panel.
    pub reviewer_id: UserId,
}

crate::text_enum! {
    /// The orders the list of assignments has.
    pub enum AssignmentSort {
        /// By the id of the application.
        Application => "application_id",
        /// The same, turned round.
        ApplicationDescending => "-application_id",
    }
}

crate::list_query! {
    /// Which assignments are wanted.
    "assignments" AssignmentQuery sorted by AssignmentSort {
        /// Of this reviewer.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub reviewer_id: Option<UserId>,
        /// Of this application.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub application_id: Option<ApplicationId>,
    }
}

/// How work is spread over a panel.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reviews_per_application": 3}))]
pub struct SpreadReviews {
    /// Reviewers that each application is to have; what the call says when not given.
    #[schema(nullable = false, minimum = 1, maximum = 20)]
    pub reviews_per_application: Option<i64>,
}

/// How work was spread over a panel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "assigned": [{"application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x"}],
    "lacking": [{"application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0y", "missing": 1}]
}))]
pub struct SpreadResult {
    /// Who is to review what from now on, beside those who did.
    pub assigned: Vec<NewAssignment>,
    /// The applications that lack reviewers without a conflict of interest.
    pub lacking: Vec<LackingReviewers>,
}

/// An assignment that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewAssignment {
    /// The application.
    pub application_id: ApplicationId,
    /// The reviewer.
    pub reviewer_id: UserId,
}

/// An application that lacks reviewers.
#[derive(Debug, Serialize, ToSchema)]
pub struct LackingReviewers {
    /// The application.
    pub application_id: ApplicationId,
    /// How many it lacks.
    pub missing: i64,
}

crate::text_enum! {
    /// Where a conflict of interest comes from.
    pub enum ConflictOrigin {
        /// It was declared.
        Declared => "declared",
        /// It follows from what the reviewer is or was.
        Derived => "derived",
    }
}

/// A conflict of interest between a reviewer and a host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "origin": "declared", "reason": "My brother is the city's manager.",
    "declared_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "declared_at": "2031-02-01T16:00:00Z"
}))]
pub struct ConflictOfInterest {
    /// The call.
    pub call_id: CallId,
    /// The reviewer.
    pub user_id: UserId,
    /// The host.
    pub organization_id: OrganizationId,
    /// Where it comes from.
    pub origin: ConflictOrigin,
    /// What it is; of a declared one.
    pub reason: Option<String>,
    /// Who declared it.
    pub declared_by: Option<UserId>,
    /// When it was declared.
    pub declared_at: Option<Timestamp>,
}

/// A conflict of interest with a host.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "My brother is the city's manager."}))]
pub struct DeclareConflict {
    /// Whose; the caller's own when not given. That of somebody else is for those who run the call.
    #[serde(default)]
    #[schema(nullable = false)]
    pub user_id: Option<UserId>,
    /// With whom.
    pub organization_id: OrganizationId,
    /// What it is.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// A conflict of interest with the host of an application.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "I wrote a part of it."}))]
pub struct DeclareOwnConflict {
    /// What it is.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// Points by criterion; `null` where the reviewer abstained.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scores(pub BTreeMap<String, Option<i64>>);

// Written out: the derive has no limits for the values of a map.
impl utoipa::PartialSchema for Scores {
    fn schema() -> RefOr<Schema> {
        let points = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
            .minimum(Some(0))
            .maximum(Some(100))
            .build();
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "Points by criterion; `null` where the reviewer abstained.",
            ))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(points.into()))))
            .into()
    }
}

impl ToSchema for Scores {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Scores")
    }
}

/// A review as its reviewer writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scores": {"impact": 4, "readiness": null}, "comment": "A clear plan; I cannot judge their staff."}))]
pub struct WriteReview {
    /// Whether the reviewer abstains altogether; no scores are given then.
    #[serde(default)]
    #[schema(required = false)]
    pub is_abstention: bool,
    /// Points for every criterion of the call; `null` where the reviewer abstains, which is not 0.
    #[serde(default)]
    #[schema(required = false)]
    pub scores: Scores,
    /// What the reviewer says.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub comment: Option<String>,
}

/// A review of an application.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "rvw_01jz8k2m4n6p8q0r2s4t6v8w0x", "application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "reviewer": "Amara Okafor", "is_abstention": false,
    "scores": {"impact": 4, "readiness": null}, "score": 80.0, "counts": true,
    "comment": "A clear plan; I cannot judge their staff.", "version": 1,
    "created_at": "2031-02-10T15:00:00Z", "updated_at": "2031-02-10T15:00:00Z"
}))]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// The application.
    pub application_id: ApplicationId,
    /// Who reviewed.
    pub reviewer_id: UserId,
    /// The reviewer's name.
    pub reviewer: String,
    /// Whether the reviewer abstained altogether.
    pub is_abstention: bool,
    /// Points by criterion; `null` where the reviewer abstained.
    pub scores: Scores,
    /// What it scores, from 0 to 100, with four decimals; nothing when the reviewer abstained.
    pub score: Option<f64>,
    /// Whether it counts: not when the reviewer has a conflict of interest by now.
    pub counts: bool,
    /// What the reviewer says.
    pub comment: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
