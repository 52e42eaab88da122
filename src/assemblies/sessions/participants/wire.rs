//! Participants and legal reviews as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::sessions::model::{LegalReview, ParticipantKind};
use crate::kernel::id::{AssemblySessionId, ParticipantId};
use crate::kernel::time::Timestamp;

/// Somebody who takes part in a session without a seat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "par_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "name": "Marta Lind", "affiliation": "Ports Forum", "kind": "other", "role": "Speaks on item 2",
    "added_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "created_at": "2031-01-15T15:00:00Z", "removed_at": null
}))]
pub struct SessionParticipant {
    /// Its id.
    pub id: ParticipantId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The name.
    pub name: String,
    /// For whom.
    pub affiliation: String,
    /// What they are.
    pub kind: ParticipantKind,
    /// What they do there.
    pub role: Option<String>,
    /// Who added them; `null` for members.
    pub added_by: Option<String>,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they were taken off the list.
    pub removed_at: Option<Timestamp>,
}

/// Somebody who is to take part without a seat.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Jo Field", "affiliation": "Department of State", "kind": "federal"}))]
pub struct AddSessionParticipant {
    /// The name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// For whom.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub affiliation: String,
    /// What they are.
    pub kind: ParticipantKind,
    /// What they do there.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub role: Option<String>,
}

crate::text_enum! {
    /// What a legal review decides.
    pub enum LegalDecision {
        /// The session is exempt from the Federal Advisory Committee Act.
        Exempt => "exempt",
        /// It is not: public notice is needed.
        NotExempt => "not_exempt",
    }
}

impl From<LegalDecision> for LegalReview {
    fn from(decision: LegalDecision) -> Self {
        match decision {
            LegalDecision::Exempt => Self::Exempt,
            LegalDecision::NotExempt => Self::NotExempt,
        }
    }
}

/// The decision of a legal review.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "exempt", "basis": "41 CFR 102-3.40(e): individual advice."}))]
pub struct DecideLegalReview {
    /// The decision.
    pub decision: LegalDecision,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub basis: String,
    /// The designated federal officer; needed before the call where the session is not exempt.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub federal_officer: Option<String>,
    /// Where the public notice was published, such as 96 FR 1234; needed before the call where the
    /// session is not exempt.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub notice_citation: Option<String>,
}
