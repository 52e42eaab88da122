//! Minutes as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::ApprovalBasis;
use crate::kernel::id::{AssemblySessionId, MinutesId, PollId, UserId};
use crate::kernel::time::Timestamp;

/// The minutes of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "min_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "status": "approved", "text": "# Minutes of session 3\n\nThe session was opened at 09:02.\n",
    "basis": "unanimous_consent", "basis_poll_id": null,
    "approved_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "approved_at": "2031-11-20T15:00:00Z",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "corrections": [],
    "version": 3, "created_at": "2031-11-12T15:00:00Z", "updated_at": "2031-11-20T15:00:00Z",
    "allowed_actions": ["correct"]
}))]
pub struct Minutes {
    /// Its id.
    pub id: MinutesId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// Where they stand.
    pub status: MinutesStatus,
    /// The text, in Markdown (`CommonMark` with tables).
    pub text: String,
    /// How members approved them.
    pub basis: Option<ApprovalBasis>,
    /// The poll that did.
    pub basis_poll_id: Option<PollId>,
    /// Who recorded the approval.
    pub approved_by: Option<UserId>,
    /// When they were approved.
    pub approved_at: Option<Timestamp>,
    /// The SHA-256 over the text, the approval and the hashes of all records, in hexadecimal.
    pub hash: Option<String>,
    /// What was corrected since, in order.
    pub corrections: Vec<MinutesCorrection>,
    /// Rises by one with every change, and with every correction.
    pub version: i64,
    /// When they were drafted.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with them.
    pub allowed_actions: Vec<&'static str>,
}

/// A correction of approved minutes. What was approved stays as it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "ordinal": 1, "text": "Boise was represented from 09:20 on.", "reason": "The clerk misread the clock.",
    "hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "created_at": "2031-12-01T15:00:00Z"
}))]
pub struct MinutesCorrection {
    /// Counts from 1.
    pub ordinal: i64,
    /// What is right.
    pub text: String,
    /// Why.
    pub reason: String,
    /// The SHA-256 over this correction and the hash before it: that of the minutes, or of the
    /// correction before.
    pub hash: String,
    /// When it was appended.
    pub created_at: Timestamp,
}

/// The hash of a record that approved minutes stand on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "kind": "presence", "record_id": "prs_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "hash": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
}))]
pub struct RecordHash {
    /// The kind of record, such as `presence` or `ballot`.
    pub kind: String,
    /// Which one: its id, or the ids and numbers that name it together.
    pub record_id: String,
    /// The SHA-256 of the record as canonical JSON (RFC 8785), in hexadecimal.
    pub hash: String,
}

crate::text_enum! {
    /// The orders the list of records has.
    pub enum RecordHashSort {
        /// By kind, then by id.
        Kind => "kind",
    }
}

crate::list_query! {
    /// Which records are wanted.
    "minutes-records" RecordHashQuery sorted by RecordHashSort {
        /// The kind of record.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 40, example = "presence")]
        pub kind: Option<String>,
    }
}

crate::text_enum! {
    /// Paper that minutes are set for.
    pub enum Paper {
        /// 8.5 by 11 inches.
        Letter => "letter",
        /// 210 by 297 millimetres.
        A4 => "a4",
    }
}

/// How minutes are set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperQuery {
    /// The paper; `letter` when not given.
    #[serde(default)]
    #[schema(nullable = false)]
    pub paper: Option<Paper>,
}

crate::query_params!(PaperQuery);

/// The text of minutes, edited.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "# Minutes of session 3\n\nThe session was opened at 09:02.\n"}))]
pub struct EditMinutes {
    /// The whole text, in Markdown (`CommonMark` with tables). HTML in it is shown as it is written.
    #[schema(min_length = 1, max_length = 1_000_000, pattern = r"\S")]
    pub text: String,
}

/// That members approved the minutes, and how.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"basis": "unanimous_consent"}))]
pub struct ApproveMinutes {
    /// How they did.
    pub basis: ApprovalBasis,
    /// The poll that carried it, where a poll did: of a later session of the same assembly.
    #[serde(default)]
    #[schema(required = false)]
    pub poll_id: Option<PollId>,
}

/// A correction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Boise was represented from 09:20 on.", "reason": "The clerk misread the clock."}))]
pub struct CorrectMinutes {
    /// What is right.
    #[schema(min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub text: String,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}
