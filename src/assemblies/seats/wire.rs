//! Seats as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assemblies::seats::lifecycle::{Capacity, EndReason, SeatStatus};
use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::day::Day;
use crate::kernel::id::{AssemblyId, AssemblySessionId, OrganizationId, ProxyId, SeatId, UserId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// A jurisdiction's seat in an assembly, for a term.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_name": "Phoenix",
    "status": "filled", "kind": "municipality", "region": "West", "population": 1_650_070, "affiliation": null,
    "starts_on": "2031-01-01", "ends_on": "2033-01-01",
    "starts_at": "2031-01-01T05:00:00Z", "ends_at": "2033-01-01T05:00:00Z",
    "holder": {"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor", "since": "2031-01-01T05:00:00Z", "until": null},
    "alternate": null, "version": 2,
    "created_at": "2030-12-01T15:00:00Z", "updated_at": "2030-12-20T15:00:00Z", "allowed_actions": []
}))]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// What it is called.
    pub organization_name: String,
    /// Where the seat stands.
    pub status: SeatStatus,
    /// What the jurisdiction was when the seat was made.
    pub kind: OrganizationKind,
    /// Its region in the assembly.
    pub region: Option<String>,
    /// Its inhabitants when the seat was made.
    pub population: Option<i64>,
    /// What the balance is kept by, such as a party.
    pub affiliation: Option<String>,
    /// The first day of the term.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When the first day begins.
    pub starts_at: Timestamp,
    /// When `ends_on` begins.
    pub ends_at: Timestamp,
    /// Who holds it now.
    pub holder: Option<SeatOccupant>,
    /// Who stands in for the holder now.
    pub alternate: Option<SeatOccupant>,
    /// What the jurisdiction asked for; for its own people and the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nomination: Option<SeatNomination>,
    /// Why it was declined or retired; for the jurisdiction's own people and the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
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

/// Who sits in a seat.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor", "since": "2031-01-01T05:00:00Z", "until": null}))]
pub struct SeatOccupant {
    /// The person.
    pub user_id: UserId,
    /// The person's name.
    pub name: String,
    /// The office held at home.
    pub office: String,
    /// From when on.
    pub since: Timestamp,
    /// Until when, where that is known.
    pub until: Option<Timestamp>,
}

/// What a jurisdiction asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"nominee_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "nominee_name": "Ana Ruiz", "office": "Mayor", "statement": "We border on Mexico.", "nominated_by": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct SeatNomination {
    /// Who is nominated as the holder; `null` once somebody was named.
    pub nominee_id: Option<UserId>,
    /// The nominee's name.
    pub nominee_name: Option<String>,
    /// The office that the nominee holds.
    pub office: Option<String>,
    /// Why the jurisdiction should sit.
    pub statement: Option<String>,
    /// Who nominated.
    pub nominated_by: Option<UserId>,
}

crate::text_enum! {
    /// The orders the list of seats has.
    pub enum SeatSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which seats are wanted.
    "seats" SeatQuery sorted by SeatSort {
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<SeatStatus>,
        /// The jurisdiction.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// The region.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "West")]
        pub region: Option<String>,
    }
}

/// A new seat: added by the office, or asked for by a jurisdiction while nominations are open.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x"}))]
pub struct CreateSeat {
    /// The jurisdiction; the caller's own when not given.
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// Who is to hold it: an account with the role of a leader in the jurisdiction. Needed to
    /// nominate.
    #[schema(nullable = false)]
    pub nominee_id: Option<UserId>,
    /// The office that the nominee holds at home. Needed to nominate.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub office: Option<String>,
    /// Why the jurisdiction should sit.
    #[schema(nullable = false, max_length = 4000)]
    pub statement: Option<String>,
    /// What the balance is kept by, such as a party.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub affiliation: Option<String>,
    /// The first day of the term, the cohort's when not given; set by the office.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// The day after the last, the cohort's when not given; set by the office.
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
}

/// A change of a seat: absent members keep their value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"affiliation": "Independent"}))]
pub struct UpdateSeat {
    /// What the balance is kept by; set by the office. `null` clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub affiliation: Patch<String>,
    /// Why the jurisdiction should sit. `null` clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub statement: Patch<String>,
    /// The first day of the term, while it lies ahead; set by the office.
    #[schema(nullable = false)]
    pub starts_on: Option<Day>,
    /// The day after the last, while it lies ahead; set by the office.
    #[schema(nullable = false)]
    pub ends_on: Option<Day>,
}

/// Who is to hold a seat: the nominee, when nobody is named.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "office": "Mayor"}))]
pub struct FillSeat {
    /// The person: an account with the role of a leader in the jurisdiction.
    #[schema(nullable = false)]
    pub user_id: Option<UserId>,
    /// The office held at home; the nominee's when not given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub office: Option<String>,
    /// What the balance is kept by; as it is when not given.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub affiliation: Option<String>,
}

/// The end of a holder's time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"end_reason": "left_office", "note": "The term of the mayor is over."}))]
pub struct VacateSeat {
    /// Why it ends.
    pub end_reason: EndReason,
    /// What is said about it.
    #[schema(nullable = false, max_length = 1000)]
    pub note: Option<String>,
    /// When it ends: later than now. It ends at once when not given.
    #[schema(nullable = false)]
    pub effective_at: Option<Timestamp>,
}

/// Who is to stand in for the holder of a seat.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "office": "Vice mayor"}))]
pub struct NameAlternate {
    /// The person: an account of a leader, or of staff, of the jurisdiction.
    pub user_id: UserId,
    /// The office held at home.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub office: String,
}

/// At which instant, and with the proxies of which session.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoterQuery {
    /// The instant; now when not given.
    #[schema(nullable = false)]
    pub at: Option<Timestamp>,
    /// The session whose proxies count; none do when not given.
    #[schema(nullable = false)]
    pub session_id: Option<AssemblySessionId>,
}
crate::query_params!(VoterQuery);

/// Who could vote in an assembly at an instant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "assembly_id": "asm_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": null, "at": "2031-05-02T15:00:00Z",
    "voters": [{
        "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "organization_name": "Phoenix", "region": "West",
        "holder": {"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor", "since": "2031-01-01T05:00:00Z", "until": null},
        "alternate": null, "proxy": null
    }]
}))]
pub struct AssemblyVoters {
    /// The assembly.
    pub assembly_id: AssemblyId,
    /// The session whose proxies count.
    pub session_id: Option<AssemblySessionId>,
    /// The instant.
    pub at: Timestamp,
    /// Every seat that somebody held then, in its term.
    pub voters: Vec<AssemblyVoter>,
}

/// A jurisdiction that could vote, and who could do so for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_name": "Phoenix", "region": "West",
    "holder": {"user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor", "since": "2031-01-01T05:00:00Z", "until": null},
    "alternate": null, "proxy": null
}))]
pub struct AssemblyVoter {
    /// The seat.
    pub seat_id: SeatId,
    /// The jurisdiction.
    pub organization_id: OrganizationId,
    /// What it is called.
    pub organization_name: String,
    /// Its region.
    pub region: Option<String>,
    /// Who held the seat.
    pub holder: SeatOccupant,
    /// Who stood in.
    pub alternate: Option<SeatOccupant>,
    /// Who had its vote in the session.
    pub proxy: Option<ProxyOfVoter>,
}

/// Who had a seat's vote.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "proxy_id": "prx_01jz8k2m4n6p8q0r2s4t6v8w0x", "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0y",
    "organization_name": "Tempe", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0y", "name": "Ben Ortiz"
}))]
pub struct ProxyOfVoter {
    /// The proxy.
    pub proxy_id: ProxyId,
    /// The seat of who has it.
    pub seat_id: SeatId,
    /// The jurisdiction of who has it.
    pub organization_name: String,
    /// Who has it.
    pub user_id: UserId,
    /// The person's name.
    pub name: String,
}

/// Who sat in a seat, in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "seat_id": "sea_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "times": [{
        "capacity": "holder", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor",
        "starts_at": "2031-01-01T05:00:00Z", "ends_at": "2031-06-01T05:00:00Z", "end_reason": "left_office"
    }]
}))]
pub struct SeatHistory {
    /// The seat.
    pub seat_id: SeatId,
    /// The times, as holder and as alternate.
    pub times: Vec<SeatTime>,
}

/// A person's time in a seat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "capacity": "holder", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Ana Ruiz", "office": "Mayor",
    "starts_at": "2031-01-01T05:00:00Z", "ends_at": null, "end_reason": null
}))]
pub struct SeatTime {
    /// In what capacity.
    pub capacity: Capacity,
    /// The person.
    pub user_id: UserId,
    /// The person's name.
    pub name: String,
    /// The office held at home.
    pub office: String,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, where that is known.
    pub ends_at: Option<Timestamp>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// What was said about the end; for the jurisdiction's own people and the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<String>,
}
