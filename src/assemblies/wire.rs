//! Assemblies as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::composition::{Composition, CompositionCount};
use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::motions::workflow::WorkflowStep;
use crate::assemblies::quorum::rule::QuorumRule;
use crate::assemblies::regions::AssemblyRegion;
use crate::kernel::day::Day;
use crate::kernel::id::{AssemblyId, OrganizationId, SeatId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// An assembly of local leaders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Assembly of Local Leaders", "purpose": null,
    "status": "seated", "time_zone": "America/New_York", "starts_on": "2031-01-01", "ends_on": "2033-01-01",
    "starts_at": "2031-01-01T05:00:00Z", "ends_at": "2033-01-01T05:00:00Z",
    "composition": {"max_seats": 10, "by_kind": [], "by_region": [], "by_population": [], "balance": {"max_percent": 50}},
    "regions": [], "quorum": {"kind": "majority"},
    "workflow": [{"from": "draft", "action": "move", "to": "moved"}],
    "notice_days": 14, "max_proxies": 1, "seconds_needed": 1, "is_ballot_replaceable": false, "version": 2,
    "created_at": "2030-11-01T14:00:00Z", "updated_at": "2031-01-02T14:00:00Z", "allowed_actions": []
}))]
pub struct Assembly {
    /// Its id.
    pub id: AssemblyId,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// Where it stands.
    pub status: AssemblyStatus,
    /// The zone in which its days begin, IANA.
    pub time_zone: String,
    /// The first day of the cohort.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When the first day begins.
    pub starts_at: Timestamp,
    /// When `ends_on` begins.
    pub ends_at: Timestamp,
    /// Who may sit in it.
    pub composition: Composition,
    /// States that are counted together; where there are none, each state is a region.
    pub regions: Vec<AssemblyRegion>,
    /// How many jurisdictions have to be present.
    pub quorum: QuorumRule,
    /// The steps that motions take.
    pub workflow: Vec<WorkflowStep>,
    /// Days between the call and the session, at least.
    pub notice_days: i64,
    /// Proxies that one member may hold in a session.
    pub max_proxies: i64,
    /// Jurisdictions that second a motion before it is taken up.
    pub seconds_needed: i64,
    /// Whether a ballot may be replaced while its poll is open, where the poll does not say.
    pub is_ballot_replaceable: bool,
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
    /// The orders the list of assemblies has.
    pub enum AssemblySort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which assemblies are wanted.
    "assemblies" AssemblyQuery sorted by AssemblySort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "leaders")]
        pub q: Option<String>,
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<AssemblyStatus>,
    }
}

const fn two_weeks() -> i64 {
    14
}

const fn one() -> i64 {
    1
}

/// A new assembly, as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Assembly of Local Leaders", "time_zone": "America/New_York",
    "starts_on": "2031-01-01", "ends_on": "2033-01-01",
    "composition": {"max_seats": 10, "balance": {"max_percent": 50}}, "quorum": {"kind": "majority"}
}))]
pub struct CreateAssembly {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// What it is for.
    #[schema(nullable = false, max_length = 4000)]
    pub purpose: Option<String>,
    /// The zone in which its days begin, IANA.
    #[schema(min_length = 1, max_length = 64)]
    pub time_zone: String,
    /// The first day of the cohort.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// Who may sit in it; anyone when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub composition: Composition,
    /// States that are counted together; each state is a region when not given.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub regions: Vec<AssemblyRegion>,
    /// How many jurisdictions have to be present; a majority of the seated when not given.
    #[serde(default)]
    #[schema(required = false)]
    pub quorum: QuorumRule,
    /// The steps that motions take; the usual ones when not given.
    #[schema(nullable = false, min_items = 1, max_items = 200)]
    pub workflow: Option<Vec<WorkflowStep>>,
    /// Days between the call and the session, at least; 14 when not given.
    #[serde(default = "two_weeks")]
    #[schema(required = false, minimum = 0, maximum = 365)]
    pub notice_days: i64,
    /// Proxies that one member may hold in a session; one when not given.
    #[serde(default = "one")]
    #[schema(required = false, minimum = 0, maximum = 10)]
    pub max_proxies: i64,
    /// Jurisdictions that second a motion before it is taken up; one when not given.
    #[serde(default = "one")]
    #[schema(required = false, minimum = 0, maximum = 20)]
    pub seconds_needed: i64,
    /// Whether a ballot may be replaced while its poll is open, where the poll does not say.
    #[serde(default)]
    #[schema(required = false)]
    pub is_ballot_replaceable: bool,
}

/// A change of an assembly: absent members keep their value. What can be changed depends on where
/// the assembly stands.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"notice_days": 21}))]
pub struct UpdateAssembly {
    /// What it is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// What it is for; `null` clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub purpose: Patch<String>,
    /// The zone in which its days begin; while it is a draft.
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    pub time_zone: Option<String>,
    /// The first day of the cohort; until it is seated.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// The day after the last. It leaves no seat's term outside.
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
    /// Who may sit in it; not while a session is in progress.
    #[schema(nullable = false)]
    pub composition: Option<Composition>,
    /// States that are counted together; until the cohort is seated.
    #[schema(nullable = false, max_items = 100)]
    pub regions: Option<Vec<AssemblyRegion>>,
    /// How many jurisdictions have to be present; not while a session is in progress.
    #[schema(nullable = false)]
    pub quorum: Option<QuorumRule>,
    /// The steps that motions take; not while a session is in progress.
    #[schema(nullable = false, min_items = 1, max_items = 200)]
    pub workflow: Option<Vec<WorkflowStep>>,
    /// Days between the call and the session, at least.
    #[schema(nullable = false, minimum = 0, maximum = 365)]
    pub notice_days: Option<i64>,
    /// Proxies that one member may hold in a session; those that are held stay.
    #[schema(nullable = false, minimum = 0, maximum = 10)]
    pub max_proxies: Option<i64>,
    /// Jurisdictions that second a motion; not while a session is in progress.
    #[schema(nullable = false, minimum = 0, maximum = 20)]
    pub seconds_needed: Option<i64>,
    /// Whether a ballot may be replaced; not while a session is in progress.
    #[schema(nullable = false)]
    pub is_ballot_replaceable: Option<bool>,
}

/// How the seats of an assembly stand to its rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x", "filled": 9, "vacant": 1, "is_met": true,
    "rules": [{"aspect": "seats", "name": null, "min": null, "max": 10, "filled": 9, "vacant": 1, "is_met": true}],
    "vacant_seats": [{"seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix", "ends_on": "2033-01-01"}],
    "expiring_seats": []
}))]
pub struct CompositionReport {
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// Seats that somebody holds.
    pub filled: i64,
    /// Seats that nobody holds.
    pub vacant: i64,
    /// Whether every rule is met.
    pub is_met: bool,
    /// Each rule, with how many seats it counts.
    pub rules: Vec<CompositionCount>,
    /// The seats that nobody holds.
    pub vacant_seats: Vec<SeatInReport>,
    /// The seats that somebody holds and whose term ends within 90 days.
    pub expiring_seats: Vec<SeatInReport>,
}

/// A seat, as the report on the composition names it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix", "ends_on": "2033-01-01"}))]
pub struct SeatInReport {
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// What it is called.
    pub organization_name: String,
    /// The day after the last of its term.
    pub ends_on: Day,
}
