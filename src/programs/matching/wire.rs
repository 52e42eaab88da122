//! Matches as clients see and ask for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::day::Day;
use crate::kernel::id::{ApplicationId, CallId, OrganizationId};
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::placements::wire::OfficerSummary;

crate::text_enum! {
    /// What gives points.
    pub enum ScoreRule {
        /// Skills that are asked for: 50 points in the share in which they are brought.
        Skills => "skills",
        /// Languages that are spoken as well as is asked for: 30 points.
        Languages => "languages",
        /// Parts of the world that are known: 20 points.
        Regions => "regions",
    }
}

crate::text_enum! {
    /// What rules a match out.
    pub enum ExclusionRule {
        /// The officer can no longer be placed.
        Inactive => "inactive",
        /// The officer must not serve at the host, or at what it belongs to.
        Recused => "recused",
        /// The term is not within the days on which the officer is available.
        NotAvailable => "not_available",
        /// The officer is placed elsewhere at that time.
        AlreadyPlaced => "already_placed",
        /// The host's slot is taken at that time.
        SlotTaken => "slot_taken",
        /// A language is spoken less well than is needed.
        LanguageTooLow => "language_too_low",
        /// The officer works for the host.
        OwnHost => "own_host",
    }
}

/// Why they fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// What gives the points.
    pub rule: ScoreRule,
    /// How many.
    pub points: i64,
    /// How many there are at most.
    pub of: i64,
    /// What is brought and what is lacking.
    pub detail: String,
}

/// Why they do not come together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exclusion {
    /// The rule.
    pub rule: ExclusionRule,
    /// What it says here.
    pub detail: String,
}

/// The term that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchTerm {
    /// The first day.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
}

/// An officer for a host.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfficerMatch {
    /// The officer.
    pub officer: OfficerSummary,
    /// The sum of the points, at most 100.
    pub score: i64,
    /// Where the points come from.
    pub reasons: Vec<Reason>,
    /// The rules that rule the match out; empty when none does.
    pub excluded_by: Vec<Exclusion>,
}

/// Officers for a host, the best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "term": {"starts_on": "2031-09-01", "ends_on": "2032-09-01"}, "considered": 40, "excluded": 12,
    "data": [{
        "officer": {"id": "off_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Dana Whitfield", "grade": "FS-03"},
        "score": 80,
        "reasons": [{"rule": "skills", "points": 50, "of": 50, "detail": "1 of 1; brings trade promotion"},
                    {"rule": "languages", "points": 30, "of": 30, "detail": "1 of 1; brings es at level 3"}],
        "excluded_by": []
    }]
}))]
pub struct OfficerMatches {
    /// The term that was looked at.
    pub term: MatchTerm,
    /// How many officers were looked at.
    pub considered: i64,
    /// How many of them are ruled out.
    pub excluded: i64,
    /// By score, then by name; those that are ruled out last.
    pub data: Vec<OfficerMatch>,
}

/// The application of a host, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApplicationSummary {
    /// Its id.
    pub id: ApplicationId,
    /// The call.
    pub call_id: CallId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: ApplicationStatus,
}

/// A host, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HostSummary {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// A host for an officer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HostMatch {
    /// The host's application.
    pub application: ApplicationSummary,
    /// The host.
    pub organization: HostSummary,
    /// The term that was looked at.
    pub term: MatchTerm,
    /// The sum of the points, at most 100.
    pub score: i64,
    /// Where the points come from.
    pub reasons: Vec<Reason>,
    /// The rules that rule the match out; empty when none does.
    pub excluded_by: Vec<Exclusion>,
}

/// Hosts for an officer, the best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "considered": 12, "excluded": 3,
    "data": [{
        "application": {"id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x",
            "title": "An export office for Phoenix", "status": "selected"},
        "organization": {"id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Phoenix"},
        "term": {"starts_on": "2031-09-01", "ends_on": "2032-09-01"}, "score": 50,
        "reasons": [{"rule": "skills", "points": 50, "of": 50, "detail": "1 of 1; brings trade promotion"}],
        "excluded_by": []
    }]
}))]
pub struct HostMatches {
    /// How many hosts were looked at.
    pub considered: i64,
    /// How many of them are ruled out.
    pub excluded: i64,
    /// By score, then by name; those that are ruled out last.
    pub data: Vec<HostMatch>,
}

/// Which matches are wanted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchQuery {
    /// Entries wanted, 25 when not given.
    #[schema(nullable = false, minimum = 1, maximum = 100, example = 25)]
    pub limit: Option<i64>,
    /// Whether those that are ruled out are shown too, with the rules.
    #[schema(nullable = false)]
    pub include_excluded: Option<bool>,
    /// The first day; when not given, what the host asks for, or else the first of next month.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// How long; the program's term when not given.
    #[schema(nullable = false, minimum = 1, maximum = 120)]
    pub months: Option<i64>,
    /// The slot of the host, 1 when not given.
    #[schema(nullable = false, minimum = 1, maximum = 20)]
    pub slot: Option<i64>,
}
crate::query_params!(MatchQuery);
