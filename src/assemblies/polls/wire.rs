//! Polls as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::{Majority, MajorityBase, PollKind, PollOutcome};
use crate::kernel::id::{AssemblySessionId, MotionId, PollId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// How often something was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"choice": "yes", "votes": 61}))]
pub struct PollCount {
    /// What was chosen.
    pub choice: String,
    /// How often.
    pub votes: i64,
}

/// What a poll came to, with its arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "poll_id": "pol_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "counts": [{"choice": "yes", "votes": 61}, {"choice": "no", "votes": 29}, {"choice": "abstain", "votes": 7}],
    "abstentions": 7, "ballots": 97, "not_voted": 3, "present": 100, "seated": 120,
    "majority": "two_thirds", "majority_of": "cast", "base": 90, "threshold": 60, "leading": "yes",
    "is_void": false, "outcome": "carried",
    "arithmetic": ["votes cast without abstentions: yes 61 + no 29 = 90", "yes 61 × 3 = 183 ≥ 2 × 90 = 180"]
}))]
pub struct PollResult {
    /// The poll.
    pub poll_id: PollId,
    /// Every choice of the poll, in its order, with how often it was chosen.
    pub counts: Vec<PollCount>,
    /// Ballots that abstained.
    pub abstentions: i64,
    /// Ballots that were cast, with the abstentions.
    pub ballots: i64,
    /// Jurisdictions that could vote and did not.
    pub not_voted: i64,
    /// Jurisdictions that were present when the poll was opened, and so could vote.
    pub present: i64,
    /// Jurisdictions that were seated when the poll was opened.
    pub seated: i64,
    /// What it takes.
    pub majority: Majority,
    /// What the majority is counted of.
    pub majority_of: MajorityBase,
    /// How many that are.
    pub base: i64,
    /// The fewest votes that would have been enough.
    pub threshold: i64,
    /// What has more votes than anything else.
    pub leading: Option<String>,
    /// Whether the poll is void, because no quorum was present when it was closed.
    pub is_void: bool,
    /// What it came to.
    pub outcome: PollOutcome,
    /// How, in words.
    pub arithmetic: Vec<String>,
}

/// A poll on a motion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "pol_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "motion_id": "mot_01jz8k2m4n6p8q0r2s4t6v8w0x", "kind": "recorded", "status": "open",
    "question": "Shall the motion be resolved?", "options": null, "choices": ["yes", "no", "abstain"],
    "majority": "two_thirds", "majority_of": "cast", "is_replaceable": false,
    "opened_at": "2031-03-10T16:20:00Z", "closed_at": null, "outcome": null, "result": null, "reason": null,
    "version": 2, "created_at": "2031-03-10T16:00:00Z", "updated_at": "2031-03-10T16:20:00Z",
    "allowed_actions": ["close", "cancel"]
}))]
pub struct Poll {
    /// Its id.
    pub id: PollId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The motion.
    pub motion_id: MotionId,
    /// How it is taken.
    pub kind: PollKind,
    /// Where it stands.
    pub status: PollStatus,
    /// What is asked.
    pub question: String,
    /// The list to choose one of; nothing where yes and no are asked for.
    pub options: Option<Vec<String>>,
    /// Everything that a ballot may choose.
    pub choices: Vec<String>,
    /// What it takes to be carried.
    pub majority: Majority,
    /// What the majority is counted of; a simple majority is not counted of anything.
    pub majority_of: MajorityBase,
    /// Whether a ballot may be replaced, by whoever cast it, until the poll is closed.
    pub is_replaceable: bool,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What it came to, once it is closed.
    pub outcome: Option<PollOutcome>,
    /// The result, once it is closed.
    pub result: Option<PollResult>,
    /// Why it was cancelled.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

const fn simple() -> Majority {
    Majority::Simple
}

const fn cast() -> MajorityBase {
    MajorityBase::Cast
}

/// A new poll, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "recorded", "question": "Shall the motion be resolved?", "majority": "two_thirds"}))]
pub struct CreatePoll {
    /// How it is taken.
    pub kind: PollKind,
    /// What is asked; the title of the motion when not given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub question: Option<String>,
    /// A list to choose one of, with no two alike; yes and no when not given. Abstaining is always
    /// possible, and no option is called so.
    #[schema(nullable = false, min_items = 2, max_items = 50)]
    pub options: Option<Vec<PollOption>>,
    /// What it takes to be carried; a simple majority when not given.
    #[serde(default = "simple")]
    #[schema(required = false)]
    pub majority: Majority,
    /// What the majority is counted of; the votes cast when not given.
    #[serde(default = "cast")]
    #[schema(required = false)]
    pub majority_of: MajorityBase,
    /// Whether a ballot may be replaced until the poll is closed; what the assembly says when not
    /// given.
    #[schema(nullable = false)]
    pub is_replaceable: Option<bool>,
}

/// An option of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$", example = "Boise")]
pub struct PollOption(pub String);

/// A change of a poll that is a draft: absent members keep their value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"majority": "absolute", "majority_of": "present"}))]
pub struct UpdatePoll {
    /// How it is taken.
    #[schema(nullable = false)]
    pub kind: Option<PollKind>,
    /// What is asked.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub question: Option<String>,
    /// A list to choose one of; `null` for yes and no.
    #[serde(default)]
    #[schema(value_type = Option<Vec<PollOption>>, min_items = 2, max_items = 50)]
    pub options: Patch<Vec<PollOption>>,
    /// What it takes to be carried.
    #[schema(nullable = false)]
    pub majority: Option<Majority>,
    /// What the majority is counted of.
    #[schema(nullable = false)]
    pub majority_of: Option<MajorityBase>,
    /// Whether a ballot may be replaced until the poll is closed.
    #[schema(nullable = false)]
    pub is_replaceable: Option<bool>,
}

crate::text_enum! {
    /// The orders the lists of polls have.
    pub enum PollSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which polls are wanted.
    "polls" PollQuery sorted by PollSort {
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<PollStatus>,
        /// How they are taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub kind: Option<PollKind>,
    }
}
