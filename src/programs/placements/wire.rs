//! Placements as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::organizations::wire::Organization;
use crate::kernel::day::Day;
use crate::kernel::id::{ApplicationId, OfficerId, OrganizationId, PlacementId, ProgramId};
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeSchema};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::placements::model::TermChange;

/// The officer of a placement, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfficerSummary {
    /// Its id.
    pub id: OfficerId,
    /// The full name.
    pub name: String,
    /// The grade.
    pub grade: String,
}

/// Who has signed the agreement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Signatures {
    /// When the office signed.
    pub office_signed_at: Option<Timestamp>,
    /// When the host signed.
    pub host_signed_at: Option<Timestamp>,
    /// Who signed for the office; only for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub office_signed_by: Option<String>,
    /// Who signed for the host; only for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub host_signed_by: Option<String>,
}

/// A placement: an officer's time at a host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "plc_01jz8k2m4n6p8q0r2s4t6v8w0x", "program_id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "application_id": null,
    "officer": {"id": "off_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Dana Whitfield", "grade": "FS-03"},
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "slot": 1, "status": "active",
    "starts_on": "2026-09-01", "ends_on": "2027-09-01",
    "starts_at": {"local": "2026-09-01T00:00:00", "time_zone": "America/Phoenix", "utc": "2026-09-01T07:00:00Z"},
    "ends_at": {"local": "2027-09-01T00:00:00", "time_zone": "America/Phoenix", "utc": "2027-09-01T07:00:00Z"},
    "time_zone": "America/Phoenix", "replaces_id": null, "replaced_by": null,
    "supervisor": "Ana Ruiz, chief of staff", "workplan": "Build the city's export office.",
    "signatures": {"office_signed_at": "2026-06-01T14:00:00Z", "host_signed_at": "2026-06-03T16:00:00Z"},
    "reason": null, "version": 4, "created_at": "2026-05-20T14:00:00Z", "updated_at": "2026-09-01T07:00:00Z",
    "allowed_actions": []
}))]
pub struct Placement {
    /// Its id.
    pub id: PlacementId,
    /// The program.
    pub program_id: ProgramId,
    /// The application it follows from; `null` also when the caller may not see it.
    pub application_id: Option<ApplicationId>,
    /// The officer.
    pub officer: OfficerSummary,
    /// The host.
    pub organization_id: OrganizationId,
    /// The host itself; only with `expand=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<Organization>,
    /// Which of the host's slots it takes.
    pub slot: i64,
    /// Where it stands at this time.
    pub status: PlacementStatus,
    /// The first day.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When it begins: at midnight at the host.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends: at midnight at the host, or when it was completed.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// The host's time zone.
    pub time_zone: String,
    /// The placement whose officer this one takes over from.
    pub replaces_id: Option<PlacementId>,
    /// The placement whose officer takes over from this one.
    pub replaced_by: Option<PlacementId>,
    /// To whom the officer reports at the host.
    pub supervisor: Option<String>,
    /// What the officer is to do.
    pub workplan: Option<String>,
    /// Notes of the office; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub internal_notes: Option<String>,
    /// Who has signed the agreement.
    pub signatures: Signatures,
    /// What was said with the last change of the term.
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

crate::text_enum! {
    /// The orders the list of placements has.
    pub enum PlacementSort {
        /// The latest to begin first.
        StartsAtDescending => "-starts_at",
        /// The earliest to begin first.
        StartsAt => "starts_at",
        /// The earliest to end first.
        EndsAt => "ends_at",
        /// The latest to end first.
        EndsAtDescending => "-ends_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
        /// The oldest first.
        CreatedAt => "created_at",
    }
}

crate::text_enum! {
    /// What a placement can show in full.
    pub enum PlacementExpansion {
        /// The host.
        Organization => "organization",
    }
}

crate::list_query! {
    /// Which placements are wanted.
    "placements" PlacementQuery sorted by PlacementSort {
        /// Where they stand at this time.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<PlacementStatus>,
        /// The program.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub program_id: Option<ProgramId>,
        /// The officer.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub officer_id: Option<OfficerId>,
        /// The host.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// Those that end before this instant.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub ends_before: Option<Timestamp>,
        /// Those that end at this instant or later.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub ends_from: Option<Timestamp>,
        /// What to show in full.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub expand: Option<PlacementExpansion>,
    }
}

/// What one placement shows.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacementView {
    /// What to show in full.
    #[schema(nullable = false)]
    pub expand: Option<PlacementExpansion>,
}
crate::query_params!(PlacementView);

const fn first_slot() -> i64 {
    1
}

/// A new placement, proposed to a host.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "program_id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x", "officer_id": "off_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "starts_on": "2031-09-01",
    "time_zone": "America/Phoenix", "supervisor": "Ana Ruiz, chief of staff"
}))]
pub struct CreatePlacement {
    /// The program.
    pub program_id: ProgramId,
    /// The officer.
    pub officer_id: OfficerId,
    /// The host.
    pub organization_id: OrganizationId,
    /// The application it follows from: selected, announced, and not placed yet.
    #[serde(default)]
    pub application_id: Option<ApplicationId>,
    /// Which of the host's slots it takes.
    #[serde(default = "first_slot")]
    #[schema(required = false, minimum = 1, maximum = 20)]
    pub slot: i64,
    /// The first day. It may be past: offices record placements that run.
    pub starts_on: Day,
    /// The day after the last; after the program's term when not given. A year from 29 February is
    /// 28 February.
    #[serde(default)]
    pub ends_on: Option<Day>,
    /// The host's time zone, when the directory has none.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub time_zone: Option<String>,
    /// To whom the officer reports at the host.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub supervisor: Option<String>,
    /// What the officer is to do.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub workplan: Option<String>,
    /// Notes of the office.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub internal_notes: Option<String>,
}

/// A change of a placement: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"supervisor": "Ana Ruiz, chief of staff"}))]
pub struct UpdatePlacement {
    /// The officer; while it is proposed.
    #[schema(nullable = false)]
    pub officer_id: Option<OfficerId>,
    /// Which of the host's slots it takes; while it is proposed.
    #[schema(nullable = false, minimum = 1, maximum = 20)]
    pub slot: Option<i64>,
    /// The first day; while it is proposed.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// The day after the last; while it is proposed.
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
    /// To whom the officer reports at the host.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub supervisor: Patch<String>,
    /// What the officer is to do.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 10_000, pattern = r"\S")]
    pub workplan: Patch<String>,
    /// Notes of the office.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub internal_notes: Patch<String>,
}

/// Another end of a term, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ends_on": "2032-03-01", "reason": "The trade fair falls into the spring."}))]
pub struct NewEnd {
    /// The day after the last.
    pub ends_on: Day,
    /// Why, as both sides are told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// Who takes over, from when, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"officer_id": "off_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "The officer returns to headquarters."}))]
pub struct Replacement {
    /// The officer who takes over.
    pub officer_id: OfficerId,
    /// The first day of the officer who takes over; tomorrow at the host when not given. Only while
    /// an officer serves: before that, the other one takes the whole term.
    #[serde(default)]
    pub starts_on: Option<Day>,
    /// Why, as both sides are told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// Why a placement is called off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The host has lost its office space."}))]
pub struct Cancellation {
    /// Why, as both sides are told.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: String,
}

/// How a term came to be what it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"data": [{
    "at": "2026-05-20T14:00:00Z", "change": "proposed", "starts_on": "2026-09-01", "ends_on": "2027-09-01",
    "reason": null, "text": "Proposed from 2026-09-01 to 2027-09-01."
}]}))]
pub struct TermHistory {
    /// What changed, the oldest first. The last entry has the term as it is.
    pub data: Vec<TermEntry>,
}

/// One change of a term.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermEntry {
    /// When.
    pub at: Timestamp,
    /// What changed.
    pub change: TermChange,
    /// The first day since then.
    pub starts_on: Day,
    /// The day after the last since then.
    pub ends_on: Day,
    /// Why.
    pub reason: Option<String>,
    /// Who; only for federal staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub who: Option<String>,
    /// What, in a sentence.
    pub text: String,
}
