//! Access data as clients send it, and as it is disclosed. Nothing here can be printed: what has no
//! `Debug` gets into no log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::registrations::wire::Attendee;
use crate::kernel::day::Day;
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationId};
use crate::kernel::time::Timestamp;

crate::text_enum! {
    /// What kind of document somebody is known by.
    pub enum IdDocumentKind {
        /// A passport.
        Passport => "passport",
        /// An identity card of a country.
        NationalId => "national_id",
        /// A driver's license.
        DriversLicense => "drivers_license",
        /// A card of an employer that the venue accepts.
        EmployeeCard => "employee_card",
    }
}

/// A document that somebody is known by.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "passport", "number": "X12345678"}))]
pub struct IdDocument {
    /// What kind it is.
    pub kind: IdDocumentKind,
    /// Its number.
    #[schema(max_length = 40, pattern = "^[0-9A-Za-z][0-9A-Za-z ./-]*$")]
    pub number: String,
}

/// What a guard asks for of an attendee.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"birth_date": "1971-03-29", "citizenship": "US", "id_document": {"kind": "passport", "number": "X12345678"}}))]
pub struct AccessData {
    /// The day of birth.
    pub birth_date: Day,
    /// The citizenship, as a country code of ISO 3166-1.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub citizenship: String,
    /// The document that will be shown at the door.
    pub id_document: IdDocument,
}

/// Why access data is disclosed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The list for the guard of the Harry S Truman Building."}))]
pub struct DisclosureReason {
    /// The reason, as the journal keeps it.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub reason: String,
}

/// The access data of one attendee, as it was disclosed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "attendee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
    "access_data": {"birth_date": "1971-03-29", "citizenship": "US", "id_document": {"kind": "passport", "number": "X12345678"}},
    "given_at": "2027-01-06T09:00:00Z"
}))]
pub struct DisclosedAccessData {
    /// The registration.
    pub registration_id: RegistrationId,
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// Who comes.
    pub attendee: Attendee,
    /// What the guard asks for; null where nobody has given it.
    pub access_data: Option<AccessData>,
    /// When it was given.
    pub given_at: Option<Timestamp>,
}

/// Everyone with a seat at a briefing, for the guard.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "disclosed_at": "2027-03-05T14:00:00Z", "missing": 0,
    "people": [{
        "registration_id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "attendee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
        "access_data": {"birth_date": "1971-03-29", "citizenship": "US", "id_document": {"kind": "passport", "number": "X12345678"}},
        "given_at": "2027-01-06T09:00:00Z"
    }]
}))]
pub struct AccessList {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// When the list was made.
    pub disclosed_at: Timestamp,
    /// How many of them lack access data.
    pub missing: usize,
    /// Everyone with a seat, in the order in which they came.
    pub people: Vec<DisclosedAccessData>,
}
