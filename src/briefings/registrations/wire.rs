//! Registrations as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::access_data::needs::AccessDataState;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration as Row, RegistrationStatus};
use crate::briefings::rules;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// The person who comes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"}))]
pub struct Attendee {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Where the person is reached. One address is registered once for a briefing.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    pub email: String,
    /// Office or function.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\r\n]*$")]
    pub title: Option<String>,
}

/// A registration.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "reg_01jz8k2m4n6p8q0r2s4t6v8w0x", "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "attendee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
    "accommodations": null, "status": "waitlisted", "waitlist_position": 1, "attended": false, "checked_in_at": null, "access_data": "not_needed",
    "version": 1, "created_at": "2027-01-06T09:00:00Z", "updated_at": "2027-01-06T09:00:00Z",
    "allowed_actions": ["update", "cancel"]
}))]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// Who comes.
    pub attendee: Attendee,
    /// What the attendee needs, such as a sign-language interpreter.
    pub accommodations: Option<String>,
    /// Whether the attendee has a seat.
    pub status: RegistrationStatus,
    /// How many would have to leave, this one included; only on the waitlist.
    pub waitlist_position: Option<i64>,
    /// Whether the attendee came.
    pub attended: bool,
    /// When the attendee came.
    pub checked_in_at: Option<Timestamp>,
    /// Whether the access data that the venue asks for is there; never what it says.
    pub access_data: AccessDataState,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Registration {
    /// The row as this caller sees it. `ahead` is the number of people who wait before it.
    #[must_use]
    pub fn of(
        row: Row,
        briefing: &Briefing,
        ahead: i64,
        access_data: AccessDataState,
        scope: &Scope,
    ) -> Self {
        let mut allowed_actions = Vec::new();
        let is_live = row.status != RegistrationStatus::Cancelled;
        if is_live
            && scope.may(Permission::RegistrationsWrite, &row.organization_id)
            && row.checked_in_at.is_none()
        {
            allowed_actions.push("update".to_owned());
            allowed_actions.push("cancel".to_owned());
        }
        if scope.may(Permission::RegistrationsCheckIn, &row.organization_id)
            && row.status == RegistrationStatus::Confirmed
            && rules::takes_attendance(briefing)
        {
            allowed_actions.push(
                match row.checked_in_at {
                    None => "check-in",
                    Some(_) => "undo-check-in",
                }
                .to_owned(),
            );
        }
        Self {
            id: row.id,
            briefing_id: row.briefing_id,
            organization_id: row.organization_id,
            attendee: Attendee {
                name: row.attendee_name,
                email: row.attendee_email,
                title: row.attendee_title,
            },
            accommodations: row.accommodations,
            waitlist_position: (row.status == RegistrationStatus::Waitlisted).then_some(ahead + 1),
            status: row.status,
            attended: row.checked_in_at.is_some(),
            checked_in_at: row.checked_in_at,
            access_data,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions,
        }
    }
}

crate::text_enum! {
    /// The orders the list of registrations has.
    pub enum RegistrationSort {
        /// In the order in which people came.
        CreatedAt => "created_at",
        /// The last who came first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which registrations are wanted.
    "registrations" RegistrationQuery sorted by RegistrationSort {
        /// Whether the attendees have a seat.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<RegistrationStatus>,
        /// Whether their access data is there.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub access_data: Option<AccessDataState>,
        /// Sent by this organization.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new registration.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "attendee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
    "accommodations": "Step-free access"
}))]
pub struct CreateRegistration {
    /// The organization that sends the attendee: one's own. May be left out by who has just one.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
    /// Who comes.
    pub attendee: Attendee,
    /// What the attendee needs, such as a sign-language interpreter.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub accommodations: Option<String>,
}

/// A change of a registration: absent members keep their value, `null` clears it. Another person
/// is another registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accommodations": "Sign-language interpreter"}))]
pub struct UpdateRegistration {
    /// The attendee's full name, to correct it.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The attendee's office or function.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = r"^[^\r\n]*$")]
    pub title: Patch<String>,
    /// What the attendee needs.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub accommodations: Patch<String>,
}
