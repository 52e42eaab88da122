//! What was kept of a motion, as clients see it: its texts, its steps, and what changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::motions::texts::TextHunk;
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus};
use crate::kernel::id::{AssemblySessionId, MotionId, PollId};
use crate::kernel::time::Timestamp;

/// A version of a motion's text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "version": 2, "title": "On trade missions of coastal cities", "text": "The assembly resolves to send two trade missions.",
    "amendment_id": "mot_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "actor": {"kind": "user", "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ada Lovelace"},
    "created_at": "2031-03-12T17:20:00Z"
}))]
pub struct MotionTextVersion {
    /// Counts from 1, as it was moved.
    pub version: i64,
    /// What the motion was called.
    pub title: String,
    /// The text.
    pub text: String,
    /// The amendment that made it, if one did.
    pub amendment_id: Option<MotionId>,
    /// Who wrote it; of a version that an amendment made, who closed the poll.
    pub actor: MotionActor,
    /// When.
    pub created_at: Timestamp,
}

/// A step that a motion took.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "ordinal": 3, "action": "put", "from": "seconded", "to": "in_vote",
    "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "poll_id": "pol_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "number": 12, "title": "On trade missions of coastal cities", "text_version": 2, "note": null,
    "actor": {"kind": "user", "id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ada Lovelace"},
    "occurred_at": "2031-03-12T17:30:00Z"
}))]
pub struct MotionHistoryStep {
    /// Counts from 1.
    pub ordinal: i64,
    /// What was done.
    pub action: MotionAction,
    /// Where the motion stood.
    pub from: MotionStatus,
    /// Where it stood then.
    pub to: MotionStatus,
    /// The session in which it was done; none of forwarding.
    pub session_id: Option<AssemblySessionId>,
    /// The poll that it was done by.
    pub poll_id: Option<PollId>,
    /// The motion's number at the time.
    pub number: Option<i64>,
    /// What it was called at the time.
    pub title: String,
    /// The version of its text at the time.
    pub text_version: i64,
    /// What was said about it.
    pub note: Option<String>,
    /// Who did it.
    pub actor: MotionActor,
    /// When.
    pub occurred_at: Timestamp,
}

/// Who did something with a motion.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MotionActor {
    /// `user` or `system`.
    pub kind: String,
    /// The account.
    pub id: Option<String>,
    /// The name on it.
    pub name: Option<String>,
}

/// The difference between two texts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "from": {"motion_id": "mot_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 1},
    "to": {"motion_id": "mot_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 2},
    "hunks": [
        {"kind": "equal", "text": "The assembly resolves to send "}, {"kind": "delete", "text": "a trade mission."},
        {"kind": "insert", "text": "two trade missions."}
    ],
    "unified": "--- version 1\n+++ version 2\n@@ -1 +1 @@\n-The assembly resolves to send a trade mission.\n+The assembly resolves to send two trade missions.\n"
}))]
pub struct MotionDiff {
    /// The text before.
    pub from: MotionTextPlace,
    /// The text after.
    pub to: MotionTextPlace,
    /// The difference piece by piece: what stayed and what was taken out is the text before, what
    /// stayed and what was added the text after.
    pub hunks: Vec<TextHunk>,
    /// The difference by lines, as `diff -u` writes it; empty when there is none.
    pub unified: String,
}

/// Which text of which motion.
#[derive(Debug, Serialize, ToSchema)]
pub struct MotionTextPlace {
    /// The motion.
    pub motion_id: MotionId,
    /// The version of its text.
    pub version: i64,
}

/// Which versions are compared.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MotionDiffQuery {
    /// The version before; the one before `to` when not given.
    #[schema(nullable = false, minimum = 1, example = 1)]
    pub from: Option<i64>,
    /// The version after; the present one when not given.
    #[schema(nullable = false, minimum = 1, example = 1)]
    pub to: Option<i64>,
}

crate::query_params!(MotionDiffQuery);

crate::text_enum! {
    /// The orders of what was kept of a motion.
    pub enum MotionRecordSort {
        /// The first first.
        Ordinal => "ordinal",
        /// The last first.
        OrdinalDescending => "-ordinal",
    }
}

crate::list_query! {
    /// Which part of what was kept is wanted.
    "motion-records" MotionRecordQuery sorted by MotionRecordSort {}
}
