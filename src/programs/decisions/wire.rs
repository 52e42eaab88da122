//! Slates, signatures and decisions as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::access::Role;
use crate::kernel::id::{ApplicationId, CallId, OrganizationId, SignOffId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::decisions::model::SignOffDecision;
use crate::programs::decisions::slate::{DecidedBy, SlateOutcome};

/// The slate of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "places": 12, "places_left": 0, "reserve_places": 3, "is_complete": true,
    "data": [{
        "application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "title": "A trade desk for the valley", "outcome": "selected", "reserve_rank": null, "by": "rank",
        "tie_at_line": false, "score": 82.15, "rank": 1, "reason": null
    }]
}))]
pub struct Slate {
    /// The call.
    pub call_id: CallId,
    /// The digest by which it is signed: it changes with every entry.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub digest: String,
    /// Hosts that are selected, at most.
    pub places: i64,
    /// Places that are not given.
    pub places_left: i64,
    /// Hosts that are kept in reserve, at most.
    pub reserve_places: i64,
    /// Whether nothing stays open: neither equals across a line, nor what has no score.
    pub is_complete: bool,
    /// The selected ones, the reserve in its order, what stays open, and the rest.
    pub data: Vec<SlateEntry>,
}

/// An application on a slate.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlateEntry {
    /// The application.
    pub application_id: ApplicationId,
    /// The host that applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// What the host wants to do.
    pub title: String,
    /// What becomes of it; nothing while it stays open.
    pub outcome: Option<SlateOutcome>,
    /// Its place in the reserve, from 1.
    pub reserve_rank: Option<i64>,
    /// What the outcome follows from; nothing when the call is decided.
    pub by: Option<DecidedBy>,
    /// Whether it stays open because it lies across a line with its equals: somebody decides them by
    /// hand.
    pub tie_at_line: bool,
    /// The score that decides.
    pub score: Option<f64>,
    /// Its rank.
    pub rank: Option<i64>,
    /// What was said when it was decided by hand.
    pub reason: Option<String>,
}

/// A signature under a slate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "sgn_01jz8k2m4n6p8q0r2s4t6v8w0x", "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x", "step": 1,
    "role": "program_officer", "slate_digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "decision": "approved", "reason": "As the panel ranked them.", "signed_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "signer": "Amara Okafor", "signed_at": "2031-03-01T15:00:00Z", "counts": true
}))]
pub struct SignOff {
    /// Its id.
    pub id: SignOffId,
    /// The call.
    pub call_id: CallId,
    /// Its place in the order of signatures, from 1.
    pub step: i64,
    /// As what it was given.
    pub role: Role,
    /// What was signed.
    pub slate_digest: String,
    /// What was said.
    pub decision: SignOffDecision,
    /// Why.
    pub reason: String,
    /// Who signed.
    pub signed_by: UserId,
    /// The name of whoever signed.
    pub signer: String,
    /// When.
    pub signed_at: Timestamp,
    /// Whether it counts: not when the slate has changed since, or was returned.
    pub counts: bool,
}

/// A signature.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "slate_digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "decision": "approved", "reason": "As the panel ranked them."
}))]
pub struct SignSlate {
    /// The digest of the slate that was read.
    #[schema(pattern = "^[0-9a-f]{64}$", max_length = 64)]
    pub slate_digest: String,
    /// What is said.
    pub decision: SignOffDecision,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// How a call is decided.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"announce": true}))]
pub struct DecideCall {
    /// The digest of the slate that was read: refused when it is another by now.
    #[schema(nullable = false, pattern = "^[0-9a-f]{64}$", max_length = 64)]
    pub slate_digest: Option<String>,
    /// Whether everyone who applied is told at once.
    #[serde(default)]
    #[schema(required = false)]
    pub announce: bool,
}

/// What is said with a decision by hand.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The only host in the north."}))]
pub struct OptionalReason {
    /// Why; the host is told when the call is announced.
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// Why an application is refused.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The host has no office for an officer."}))]
pub struct RejectionReason {
    /// Why; the host is told when the call is announced.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}
