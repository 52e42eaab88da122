//! Sessions as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{Adjournment, LegalReview, SessionFormat};
use crate::kernel::id::{AssemblyId, AssemblySessionId, UserId};
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput, ZonedTimeSchema};

/// A session of an assembly.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x", "number": 3,
    "title": "Third plenary session", "status": "agenda_published", "format": "hybrid",
    "starts_at": {"local": "2031-03-10T13:30:00", "time_zone": "America/New_York", "utc": "2031-03-10T17:30:00Z"},
    "ends_at": {"local": "2031-03-10T16:30:00", "time_zone": "America/New_York", "utc": "2031-03-10T20:30:00Z"},
    "venue": "Harry S Truman Building", "meeting_url": "https://meet.example.gov/assembly", "presiding": "Ana Ruiz",
    "legal_review": "exempt", "legal_basis": "41 CFR 102-3.40(e)", "legal_reviewed_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "legal_reviewed_at": "2031-01-20T15:00:00Z", "federal_officer": null, "notice_citation": null,
    "cloned_from_id": null, "has_quorum": null, "agenda_items": 7, "minutes_allotted": 150, "participants": 2,
    "called_at": "2031-02-01T15:00:00Z", "agenda_published_at": "2031-02-20T15:00:00Z", "opened_at": null,
    "adjourned_at": null, "adjournment": null, "closing_note": null,
    "version": 4, "created_at": "2031-01-15T15:00:00Z", "updated_at": "2031-02-20T15:00:00Z",
    "allowed_actions": ["open"]
}))]
pub struct AssemblySession {
    /// Its id.
    pub id: AssemblySessionId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// Its number, counting from 1 in each assembly.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: SessionStatus,
    /// Where it is held.
    pub format: SessionFormat,
    /// When it begins.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// The room.
    pub venue: Option<String>,
    /// Where it is joined on screens.
    pub meeting_url: Option<String>,
    /// Who presides.
    pub presiding: Option<String>,
    /// Whether the Federal Advisory Committee Act stands in the way; `null` for members.
    pub legal_review: Option<LegalReview>,
    /// Why that was decided; `null` for members.
    pub legal_basis: Option<String>,
    /// Who decided it; `null` for members.
    pub legal_reviewed_by: Option<UserId>,
    /// When it was decided; `null` for members.
    pub legal_reviewed_at: Option<Timestamp>,
    /// The designated federal officer.
    pub federal_officer: Option<String>,
    /// Where the public notice was published.
    pub notice_citation: Option<String>,
    /// The session whose structure it began with; `null` for members.
    pub cloned_from_id: Option<AssemblySessionId>,
    /// Whether a quorum is present now; `null` unless members are together.
    pub has_quorum: Option<bool>,
    /// Items of the agenda that were not struck; `null` until the caller is shown the agenda.
    pub agenda_items: Option<i64>,
    /// Minutes allotted to these items together; `null` until the caller is shown the agenda.
    pub minutes_allotted: Option<i64>,
    /// People who take part without a seat; `null` until the caller is told who they are.
    pub participants: Option<i64>,
    /// When it was called.
    pub called_at: Option<Timestamp>,
    /// When its agenda was published.
    pub agenda_published_at: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was adjourned.
    pub adjourned_at: Option<Timestamp>,
    /// Why it was adjourned.
    pub adjournment: Option<Adjournment>,
    /// Why it was cancelled, or what was said about its end.
    pub closing_note: Option<String>,
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
    /// The orders the list of sessions has.
    pub enum AssemblySessionSort {
        /// The first to begin first.
        StartsAt => "starts_at",
        /// The last to begin first.
        StartsAtDescending => "-starts_at",
    }
}

crate::list_query! {
    /// Which sessions are wanted.
    "assembly-sessions" AssemblySessionQuery sorted by AssemblySessionSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "plenary")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<SessionStatus>,
        /// Those that begin at this instant or later.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_after: Option<Timestamp>,
        /// Those that begin before this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_before: Option<Timestamp>,
    }
}

/// A new session, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Third plenary session", "format": "hybrid",
    "starts_at": {"local": "2031-03-10T13:30:00", "time_zone": "America/New_York"},
    "ends_at": {"local": "2031-03-10T16:30:00", "time_zone": "America/New_York"},
    "venue": "Harry S Truman Building", "meeting_url": "https://meet.example.gov/assembly", "presiding": "Ana Ruiz"
}))]
pub struct CreateAssemblySession {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// Where it is held.
    pub format: SessionFormat,
    /// When it begins.
    pub starts_at: ZonedTimeInput,
    /// When it ends, in the same zone.
    pub ends_at: ZonedTimeInput,
    /// The room; needed before the call, unless it is virtual.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub venue: Option<String>,
    /// Where it is joined on screens; needed before the call, unless it is in person.
    #[schema(max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Option<String>,
    /// Who presides.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub presiding: Option<String>,
}

/// A change of a session: absent members keep their value. What can be changed depends on where the
/// session stands.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"presiding": "Luis Ortega"}))]
pub struct UpdateAssemblySession {
    /// What it is called; until it is opened.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// Where it is held; until it is opened.
    #[schema(nullable = false)]
    pub format: Option<SessionFormat>,
    /// When it begins; until it is opened. Once it is called, the notice period counts again.
    #[schema(nullable = false)]
    pub starts_at: Option<ZonedTimeInput>,
    /// When it ends; until it is opened.
    #[schema(nullable = false)]
    pub ends_at: Option<ZonedTimeInput>,
    /// The room.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500, pattern = r"\S")]
    pub venue: Patch<String>,
    /// Where it is joined on screens.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Patch<String>,
    /// Who presides.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub presiding: Patch<String>,
}

/// A session that begins with the structure of another.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "starts_at": {"local": "2031-06-09T13:30:00", "time_zone": "America/New_York"},
    "ends_at": {"local": "2031-06-09T16:30:00", "time_zone": "America/New_York"}
}))]
pub struct CloneAssemblySession {
    /// What it is called; as the other when not given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// When it begins.
    pub starts_at: ZonedTimeInput,
    /// When it ends, in the same zone.
    pub ends_at: ZonedTimeInput,
    /// Where it is joined on screens.
    #[schema(max_length = 500, pattern = r"^https://\S+$")]
    pub meeting_url: Option<String>,
}

/// Why a session ends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "business_concluded"}))]
pub struct AdjournAssemblySession {
    /// The reason. `no_quorum` only when none is present, `business_concluded` only when one was.
    pub reason: Adjournment,
    /// What is to be said about it.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub note: Option<String>,
}
