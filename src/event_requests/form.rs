//! The form: what a city tells of its event, beside title and times.
//!
//! The members are those that such offices ask for (docs/domain.md, "Event requests"). A draft may
//! leave out any; [`crate::event_requests::rules::check_complete`] says what is needed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom the office reaches about the event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: Option<String>,
    /// The e-mail address.
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// The telephone number.
    #[schema(min_length = 3, max_length = 40, pattern = r"^[0-9+() .x-]+$")]
    pub phone: Option<String>,
}

/// Where the event takes place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventVenue {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: Option<String>,
    /// Its address.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub address: Option<String>,
    /// Whether people meet online only.
    pub is_online: Option<bool>,
}

/// Who is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventAudience {
    /// What kind of people.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub kind: Option<String>,
    /// How many.
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub size: Option<i64>,
}

/// What the official is asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Speaking {
    /// The role, such as `keynote` or `panelist`.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub role: Option<String>,
    /// For how many minutes.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: Option<i64>,
}

/// The form. A draft may leave out anything; what is needed is said when it is submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "organizer": "City of Phoenix", "contact": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "phone": "+1 602 555 0100"},
    "venue": {"name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003"},
    "purpose": "Connect local suppliers with partners abroad.", "audience": {"kind": "business leaders", "size": 180},
    "press_invited": true, "is_fundraiser": false, "speaking": {"role": "keynote", "minutes": 20}
}))]
pub struct EventDetails {
    /// Who holds the event, and who pays for it.
    #[schema(min_length = 1, max_length = 300, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub organizer: Option<String>,
    /// Whom the office reaches about it.
    pub contact: Option<Contact>,
    /// Who meets the guest on the day.
    #[schema(min_length = 1, max_length = 300, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub greeter: Option<String>,
    /// Where it takes place.
    pub venue: Option<EventVenue>,
    /// How far date and time can be moved.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub flexibility: Option<String>,
    /// What it is for.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub purpose: Option<String>,
    /// Why the office should take part.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub rationale: Option<String>,
    /// Who is expected.
    pub audience: Option<EventAudience>,
    /// Whether the press is invited.
    pub press_invited: Option<bool>,
    /// Whether it is recorded or streamed.
    pub is_recorded: Option<bool>,
    /// What the official is asked to do.
    pub speaking: Option<Speaking>,
    /// Other officials who are invited or have confirmed.
    #[schema(max_length = 2000)]
    pub other_officials: Option<String>,
    /// The price of a ticket, in US cents; 0 when it is free.
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub ticket_price_cents: Option<i64>,
    /// Tickets that are offered to the office.
    #[schema(minimum = 0, maximum = 10_000)]
    pub tickets_offered: Option<i64>,
    /// Whether money is raised.
    pub is_fundraiser: Option<bool>,
    /// Whether a sponsor is a prohibited source (5 CFR 2635.203).
    pub has_prohibited_source: Option<bool>,
    /// Whether a fee or honorarium is offered.
    pub honorarium_offered: Option<bool>,
    /// Whether there is a podium.
    pub has_podium: Option<bool>,
    /// Hashtags of the event.
    #[schema(max_length = 300)]
    pub hashtags: Option<String>,
    /// Languages, and whether there is interpretation.
    #[schema(max_length = 300)]
    pub languages: Option<String>,
    /// Who is honored.
    #[schema(max_length = 300)]
    pub honoree: Option<String>,
    /// Who takes part from abroad.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub foreign_participants: Option<String>,
}
