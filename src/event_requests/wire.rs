//! Event requests as clients see and send them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::directory::organizations::wire::Organization;
use crate::event_requests::clearances::lifecycle::ClearanceStatus;
use crate::event_requests::clearances::model::ClearanceKind;
use crate::event_requests::form::EventDetails;
use crate::event_requests::lifecycle::RequestStatus;
use crate::event_requests::model::{DocumentKind, RequestType};
use crate::kernel::id::{BrieferId, EventRequestId, OrganizationId, UserId};
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeInput, ZonedTimeSchema};

/// Who is to come, as far as the caller is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfficialSummary {
    /// Its id.
    pub id: BrieferId,
    /// The full name.
    pub name: String,
    /// Office or function.
    pub title: Option<String>,
}

/// Who of the office has the request in hand.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssigneeSummary {
    /// The account.
    pub id: UserId,
    /// The name.
    pub name: String,
}

/// One clearance, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClearanceSummary {
    /// Who is asked.
    pub kind: ClearanceKind,
    /// Where it stands.
    pub status: ClearanceStatus,
}

crate::text_enum! {
    /// Whose move it is.
    pub enum WaitingFor {
        /// The office's.
        Office => "office",
        /// The organization's.
        Organization => "organization",
    }
}

/// What was told after the event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventReport {
    /// How many came.
    pub attendance: Option<i64>,
    /// What came of it.
    pub outcome: String,
    /// When it was told.
    pub filed_at: Timestamp,
}

/// An event request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "req_01jz8k2m4n6p8q0r2s4t6v8w0x", "reference": "ER-2027-000123", "external_ref": "PHX-4711",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "request_type": "speaker",
    "title": "Phoenix Trade Summit", "topic": "trade", "marking": "official_use", "status": "under_review",
    "starts_at": {"local": "2027-10-12T09:00:00", "time_zone": "America/Phoenix", "utc": "2027-10-12T16:00:00Z"},
    "ends_at": {"local": "2027-10-12T17:00:00", "time_zone": "America/Phoenix", "utc": "2027-10-13T00:00:00Z"},
    "decision_deadline": null, "details": {"organizer": "City of Phoenix"}, "expedite_reason": null,
    "waiting_for": "office", "awaited_documents": [], "decision_due_at": "2027-02-03T22:00:00Z",
    "official": null, "reason": null, "report": null, "possible_duplicates": [], "submitted_at": "2027-01-20T17:00:00Z",
    "version": 3, "created_at": "2027-01-20T16:00:00Z", "updated_at": "2027-01-21T16:00:00Z",
    "allowed_actions": ["withdraw"]
}))]
pub struct EventRequest {
    /// Its id.
    pub id: EventRequestId,
    /// What people call it; given when it is submitted.
    pub reference: Option<String>,
    /// What the organization's own system calls it.
    pub external_ref: Option<String>,
    /// Whose request it is.
    pub organization_id: OrganizationId,
    /// The organization itself; only with `expand=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<Organization>,
    /// What is asked for.
    pub request_type: RequestType,
    /// What the event is called.
    pub title: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where it stands.
    pub status: RequestStatus,
    /// When the event starts.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// When the organization needs to know.
    #[schema(value_type = Option<ZonedTimeSchema>)]
    pub decision_deadline: Option<ZonedTime>,
    /// The form.
    pub details: EventDetails,
    /// Why it comes later than it should.
    pub expedite_reason: Option<String>,
    /// Whose move it is; `null` when there is nothing more to do.
    pub waiting_for: Option<WaitingFor>,
    /// Documents that the office waits for.
    pub awaited_documents: Vec<DocumentKind>,
    /// By when the office decides; `null` while it waits for the organization, and afterwards.
    pub decision_due_at: Option<Timestamp>,
    /// Who comes. An organization is told once the request is confirmed.
    pub official: Option<OfficialSummary>,
    /// What was said with the last decision: a refusal, a withdrawal, an offer, a demand.
    pub reason: Option<String>,
    /// What was told after the event.
    pub report: Option<EventReport>,
    /// Requests of the same organization that may be about the same event.
    pub possible_duplicates: Vec<EventRequestId>,
    /// Who has it in hand; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignee: Option<AssigneeSummary>,
    /// Where its clearances stand; only for those who may read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub clearances: Option<Vec<ClearanceSummary>>,
    /// Notes of the office; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub internal_notes: Option<String>,
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
    /// The orders the list of event requests has.
    pub enum RequestSort {
        /// The newest first.
        CreatedAtDescending => "-created_at",
        /// The oldest first.
        CreatedAt => "created_at",
        /// The earliest event first.
        StartsAt => "starts_at",
        /// The latest event first.
        StartsAtDescending => "-starts_at",
    }
}

crate::text_enum! {
    /// What an event request can show in full.
    pub enum RequestExpansion {
        /// The organization whose request it is.
        Organization => "organization",
    }
}

crate::text_enum! {
    /// The work queues of the office's staff.
    pub enum WorkQueue {
        /// What I have in hand.
        Mine => "mine",
        /// What nobody has in hand.
        Unclaimed => "unclaimed",
        /// What must be decided within three days.
        DueSoon => "due_soon",
        /// What should have been decided.
        Overdue => "overdue",
        /// What waits for the city.
        WaitingForCity => "waiting_for_city",
    }
}

crate::list_query! {
    /// Which event requests are wanted.
    "event-requests" RequestQuery sorted by RequestSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "summit")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<RequestStatus>,
        /// What is asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub request_type: Option<RequestType>,
        /// How widely they may be known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub marking: Option<Marking>,
        /// Whose requests they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// What people call it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, pattern = "^(ER|TEST)-[0-9]{4}-[0-9]{6,}$", max_length = 30)]
        pub reference: Option<String>,
        /// What the organization's own system calls it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub external_ref: Option<String>,
        /// Events that start at this instant or later.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_from: Option<Timestamp>,
        /// Events that start before this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_before: Option<Timestamp>,
        /// A work queue; for the office's staff.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub queue: Option<WorkQueue>,
        /// What to show in full.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub expand: Option<RequestExpansion>,
    }
}

/// What one event request shows.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestView {
    /// What to show in full.
    #[schema(nullable = false)]
    pub expand: Option<RequestExpansion>,
}
crate::query_params!(RequestView);

fn official_use() -> Marking {
    Marking::OfficialUse
}

/// A new event request, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "request_type": "speaker", "title": "Phoenix Trade Summit", "topic": "trade", "external_ref": "PHX-4711",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "starts_at": {"local": "2031-10-12T09:00:00", "time_zone": "America/Phoenix"},
    "ends_at": {"local": "2031-10-12T17:00:00", "time_zone": "America/Phoenix"},
    "details": {
        "organizer": "City of Phoenix", "contact": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "phone": "+1 602 555 0100"},
        "venue": {"name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003"},
        "purpose": "Connect local suppliers with partners abroad.", "audience": {"kind": "business leaders", "size": 180},
        "press_invited": true, "is_fundraiser": false, "speaking": {"role": "keynote", "minutes": 20}
    }
}))]
pub struct CreateEventRequest {
    /// What is asked for.
    pub request_type: RequestType,
    /// What the event is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// What it is about, in a word or two.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub topic: String,
    /// Whose request it is; the caller's organization when not given.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// What the organization's own system calls it; once an organization.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, pattern = "^[!-~]+$")]
    pub external_ref: Option<String>,
    /// How widely it may be known; `official_use` when not given.
    #[serde(default = "official_use")]
    #[schema(required = false)]
    pub marking: Marking,
    /// When the event starts, in the venue's time zone.
    pub starts_at: ZonedTimeInput,
    /// When it ends, in the same time zone.
    pub ends_at: ZonedTimeInput,
    /// When the organization needs to know.
    #[serde(default)]
    pub decision_deadline: Option<ZonedTimeInput>,
    /// The form.
    #[serde(default)]
    #[schema(required = false)]
    pub details: EventDetails,
    /// Why it comes later than it should.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub expedite_reason: Option<String>,
    /// Notes of the office; for federal staff.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub internal_notes: Option<String>,
}

/// A change of an event request: absent members keep their value, `null` clears it, also within
/// `details`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"details": {"greeter": "Ana Ruiz, main entrance"}}))]
pub struct UpdateEventRequest {
    /// What is asked for; while it is a draft.
    #[schema(nullable = false)]
    pub request_type: Option<RequestType>,
    /// What the event is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// What it is about, in a word or two.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub topic: Option<String>,
    /// What the organization's own system calls it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, pattern = "^[!-~]+$")]
    pub external_ref: Patch<String>,
    /// How widely it may be known.
    #[schema(nullable = false)]
    pub marking: Option<Marking>,
    /// When the event starts.
    #[schema(nullable = false)]
    pub starts_at: Option<ZonedTimeInput>,
    /// When it ends, in the same time zone.
    #[schema(nullable = false)]
    pub ends_at: Option<ZonedTimeInput>,
    /// When the organization needs to know.
    #[serde(default)]
    #[schema(value_type = Option<ZonedTimeInput>)]
    pub decision_deadline: Patch<ZonedTimeInput>,
    /// What changes in the form.
    #[schema(nullable = false, value_type = EventDetails)]
    #[serde(default)]
    pub details: Option<Value>,
    /// Why it comes later than it should.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub expedite_reason: Patch<String>,
    /// Notes of the office; for federal staff.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub internal_notes: Patch<String>,
}
