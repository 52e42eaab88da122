//! Motions as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::motions::workflow::MotionStatus;
use crate::kernel::id::{
    AgendaItemId, AssemblyId, AssemblySessionId, MotionId, OrganizationId, SeatId, UserId,
};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// A motion, or an amendment of one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "mot_01jz8k2m4n6p8q0r2s4t6v8w0x", "assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "agenda_item_id": null, "number": 12,
    "title": "On trade missions of coastal cities", "text": "The assembly resolves to send a trade mission in May.",
    "text_version": 1, "status": "seconded", "amends": null,
    "mover": {"seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix"},
    "moved_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "moved_at": "2031-03-12T17:05:00Z",
    "seconds": [], "seconds_needed": 1, "origin": null, "origin_chain": [], "referred_to": null,
    "version": 4, "created_at": "2031-03-01T09:00:00Z", "updated_at": "2031-03-12T17:06:00Z",
    "allowed_actions": []
}))]
pub struct Motion {
    /// Its id.
    pub id: MotionId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// The session in which it was brought, or was taken up again last.
    pub session_id: AssemblySessionId,
    /// The item under which it is taken up.
    pub agenda_item_id: Option<AgendaItemId>,
    /// Its number in the assembly; none before it is moved.
    pub number: Option<i64>,
    /// What it is called.
    pub title: String,
    /// What is to be resolved, in Markdown; of an amendment, the whole text as it would be. Left out
    /// in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// The version of its text.
    pub text_version: i64,
    /// Where it stands.
    pub status: MotionStatus,
    /// What it amends.
    pub amends: Option<AmendedMotion>,
    /// The seat that moves it; none of what came from another assembly.
    pub mover: Option<MotionSeat>,
    /// Who moved it.
    pub moved_by: Option<UserId>,
    /// When it was moved.
    pub moved_at: Option<Timestamp>,
    /// The jurisdictions that second it, the first first.
    pub seconds: Vec<MotionSeat>,
    /// Jurisdictions that second a motion before it is taken up.
    pub seconds_needed: i64,
    /// Where it came from, when it was forwarded from another assembly.
    pub origin: Option<MotionOrigin>,
    /// The same, and where that came from in turn, the nearest first; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub origin_chain: Option<Vec<MotionOrigin>>,
    /// To whom it was referred, while it is.
    pub referred_to: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it. `put` is done by opening a poll.
    pub allowed_actions: Vec<String>,
}

/// A seat that moves or seconds a motion.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MotionSeat {
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization_name: String,
}

/// The motion that an amendment amends.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AmendedMotion {
    /// Its id.
    pub id: MotionId,
    /// Its number.
    pub number: Option<i64>,
    /// What it is called.
    pub title: String,
    /// The version of its text now.
    pub text_version: i64,
    /// The version of its text that the amendment was written against.
    pub base_text_version: i64,
}

/// A motion of another assembly that a motion came from. Those who do not follow that assembly learn
/// the number and the title.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MotionOrigin {
    /// The motion, for those who may see it.
    pub motion_id: Option<MotionId>,
    /// Its assembly, for those who may see the motion.
    pub assembly_id: Option<AssemblyId>,
    /// What that is called, for those who may see the motion.
    pub assembly_name: Option<String>,
    /// The motion's number there.
    pub number: Option<i64>,
    /// What it is called there.
    pub title: String,
}

crate::text_enum! {
    /// The orders the list of motions has.
    pub enum MotionSort {
        /// The first that was brought first.
        CreatedAt => "created_at",
        /// The last that was brought first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which motions are wanted.
    "motions" MotionQuery sorted by MotionSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "trade")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<MotionStatus>,
        /// The assembly.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub assembly_id: Option<AssemblyId>,
        /// A session in which they were brought, or in which something was done with them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub session_id: Option<AssemblySessionId>,
        /// The motion that they amend.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub amends_id: Option<MotionId>,
    }
}

/// A new motion, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "On trade missions of coastal cities", "text": "The assembly resolves to send a trade mission in May."
}))]
pub struct CreateMotion {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// What is to be resolved, in paragraphs of Markdown; of an amendment, the whole text as it would
    /// be.
    #[schema(min_length = 1, max_length = 30000, pattern = r"\S")]
    pub text: String,
    /// The seat that brings it; the caller's own when not given. The clerk names one.
    #[serde(default)]
    #[schema(nullable = false)]
    pub seat_id: Option<SeatId>,
    /// The item of the session's agenda under which it is to be taken up.
    #[serde(default)]
    #[schema(nullable = false)]
    pub agenda_item_id: Option<AgendaItemId>,
    /// The motion that it amends. An amendment can be amended, and no more.
    #[serde(default)]
    #[schema(nullable = false)]
    pub amends_id: Option<MotionId>,
    /// The version of that motion's text that it is written against; the present one when not given.
    #[serde(default)]
    #[schema(nullable = false, minimum = 1)]
    pub base_text_version: Option<i64>,
}

/// A change of a motion: absent members keep their value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "On trade missions of cities at the coast"}))]
pub struct UpdateMotion {
    /// What it is called; while it is a draft.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// The text; while it is a draft. Of an amendment that was moved, together with
    /// `base_text_version`.
    #[schema(nullable = false, min_length = 1, max_length = 30000, pattern = r"\S")]
    pub text: Option<String>,
    /// The item of the session's agenda; while it is a draft.
    #[serde(default)]
    #[schema(value_type = Option<AgendaItemId>)]
    pub agenda_item_id: Patch<AgendaItemId>,
    /// The version of the amended motion's text that the text is written against; once the amendment
    /// was moved, the present one.
    #[schema(nullable = false, minimum = 1)]
    pub base_text_version: Option<i64>,
}
