//! Calls as clients see and send them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::kernel::id::{CallId, ProgramId};
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput, ZonedTimeSchema};
use crate::programs::calls::eligibility::Eligibility;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Normalisation;
use crate::programs::calls::rubric::Criterion;

/// A call for hosts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x", "program_id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "title": "Hosts for 2032", "status": "open",
    "closes_at": {"local": "2031-10-31T23:59:59", "time_zone": "America/New_York", "utc": "2031-11-01T03:59:59Z"},
    "places": 12, "reserve_places": 4, "is_blind": true, "reviews_per_application": 3, "normalisation": "none",
    "rubric": [{"key": "impact", "title": "Impact on the host's engagement abroad", "weight": 40, "max_points": 5, "guidance": null}],
    "eligibility": {"kinds": ["municipality", "county"], "countries": ["US"], "subdivisions": []},
    "form_version": 1,
    "form": {"type": "object", "required": ["summary"], "properties": {"summary": {"type": "string", "maxLength": 2000}}},
    "opened_at": "2031-09-01T14:00:00Z", "closed_at": null, "review_started_at": null, "decided_at": null, "announced_at": null,
    "version": 2, "created_at": "2031-08-20T14:00:00Z", "updated_at": "2031-09-01T14:00:00Z",
    "allowed_actions": []
}))]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// The program it is a call of.
    pub program_id: ProgramId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: CallStatus,
    /// When it closes: what is submitted at this instant or later is late.
    #[schema(value_type = ZonedTimeSchema)]
    pub closes_at: ZonedTime,
    /// Hosts that are selected, at most.
    pub places: i64,
    /// Hosts that are kept in reserve, at most.
    pub reserve_places: i64,
    /// Whether reviewers do not see who applies until the call is decided.
    pub is_blind: bool,
    /// Reviews that each application is to have.
    pub reviews_per_application: i64,
    /// How the scores of different reviewers are made comparable.
    pub normalisation: Normalisation,
    /// The criteria.
    pub rubric: Vec<Criterion>,
    /// Who may apply.
    pub eligibility: Eligibility,
    /// The version of the form that new applications are written against.
    pub form_version: i64,
    /// The form, a JSON Schema of draft 2020-12; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    pub form: Option<Value>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it closed.
    pub closed_at: Option<Timestamp>,
    /// When the reviews began.
    pub review_started_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When the decision was announced.
    pub announced_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// One version of the form of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x", "version": 1,
    "form": {"type": "object", "required": ["summary"], "properties": {"summary": {"type": "string", "maxLength": 2000}}},
    "created_at": "2031-08-20T14:00:00Z"
}))]
pub struct FormVersion {
    /// The call.
    pub call_id: CallId,
    /// Counts from 1.
    pub version: i64,
    /// The form, a JSON Schema of draft 2020-12.
    #[schema(value_type = Object)]
    pub form: Value,
    /// When it was made.
    pub created_at: Timestamp,
}

crate::text_enum! {
    /// The orders the list of calls has.
    pub enum CallSort {
        /// The next to close first.
        ClosesAt => "closes_at",
        /// The last to close first.
        ClosesAtDescending => "-closes_at",
    }
}

crate::list_query! {
    /// Which calls are wanted.
    "calls" CallQuery sorted by CallSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "hosts")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<CallStatus>,
    }
}

const fn one() -> i64 {
    1
}

const fn no_normalisation() -> Normalisation {
    Normalisation::None
}

/// A new call, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Hosts for 2032", "closes_at": {"local": "2031-10-31T23:59:59", "time_zone": "America/New_York"},
    "places": 12, "reserve_places": 4, "is_blind": true, "reviews_per_application": 3,
    "rubric": [{"key": "impact", "title": "Impact on the host's engagement abroad", "weight": 40, "max_points": 5}],
    "eligibility": {"kinds": ["municipality", "county"], "countries": ["US"]},
    "form": {"type": "object", "required": ["summary"], "properties": {"summary": {"type": "string", "maxLength": 2000}}}
}))]
pub struct CreateCall {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// When it closes: what is submitted at this instant or later is late.
    pub closes_at: ZonedTimeInput,
    /// Hosts that are selected, at most.
    #[schema(minimum = 1, maximum = 1000)]
    pub places: i64,
    /// Hosts that are kept in reserve, at most; none when not given.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 1000)]
    pub reserve_places: i64,
    /// Whether reviewers do not see who applies until the call is decided; not when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub is_blind: bool,
    /// Reviews that each application is to have; one when not given.
    #[serde(default = "one")]
    #[schema(required = false, minimum = 1, maximum = 20)]
    pub reviews_per_application: i64,
    /// How the scores of different reviewers are made comparable; as they are when not given.
    #[serde(default = "no_normalisation")]
    #[schema(required = false)]
    pub normalisation: Normalisation,
    /// The criteria. A call is opened with one at least.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub rubric: Vec<Criterion>,
    /// Who may apply; everyone when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub eligibility: Eligibility,
    /// The form, a JSON Schema of draft 2020-12 of type `object`. A property with
    /// `"x-identifies-host": true` is not shown to those who review a blind call, and neither is any
    /// other of the same name.
    #[schema(value_type = Object)]
    pub form: Value,
}

/// A change of a call: absent members keep their value. What can be changed depends on where the
/// call stands.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"places": 14}))]
pub struct UpdateCall {
    /// What it is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// When it closes; until it has closed.
    #[schema(nullable = false)]
    pub closes_at: Option<ZonedTimeInput>,
    /// Hosts that are selected, at most.
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    pub places: Option<i64>,
    /// Hosts that are kept in reserve, at most.
    #[schema(nullable = false, minimum = 0, maximum = 1000)]
    pub reserve_places: Option<i64>,
    /// Whether reviewers do not see who applies; while it is a draft.
    #[schema(nullable = false)]
    pub is_blind: Option<bool>,
    /// Reviews that each application is to have; until they begin.
    #[schema(nullable = false, minimum = 1, maximum = 20)]
    pub reviews_per_application: Option<i64>,
    /// How scores are made comparable; until the reviews begin.
    #[schema(nullable = false)]
    pub normalisation: Option<Normalisation>,
    /// The criteria; until the reviews begin.
    #[schema(nullable = false, max_items = 20)]
    pub rubric: Option<Vec<Criterion>>,
    /// Who may apply; until it has closed.
    #[schema(nullable = false)]
    pub eligibility: Option<Eligibility>,
    /// The form; until the call has closed. Once it is open this makes a new version, and
    /// applications that were drafted before keep theirs.
    #[serde(default)]
    #[schema(nullable = false, value_type = Object)]
    pub form: Option<Value>,
}
