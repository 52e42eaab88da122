//! Invitations as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::invitations::model::{Invitation as Row, InvitationState};
use crate::briefings::model::Briefing;
use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{BriefingId, BriefingInvitationId, OrganizationId, RegistrationId};
use crate::kernel::time::Timestamp;

/// Somebody who is invited.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Invitee {
    /// The full name.
    pub name: String,
    /// Where the person is reached.
    pub email: String,
    /// Office or function.
    pub title: Option<String>,
}

/// An invitation to a briefing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "inv_01jz8k2m4n6p8q0r2s4t6v8w0x", "briefing_id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "invitee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
    "status": "pending", "expires_at": "2027-03-10T17:00:00Z", "sends": 1, "sent_at": "2027-01-06T09:00:00Z",
    "delegated_from": null, "answered_at": null, "note": null, "registration_id": null,
    "version": 1, "created_at": "2027-01-06T09:00:00Z", "updated_at": "2027-01-06T09:00:00Z",
    "allowed_actions": ["resend", "revoke"]
}))]
pub struct BriefingInvitation {
    /// Its id.
    pub id: BriefingInvitationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that the person belongs to.
    pub organization_id: OrganizationId,
    /// Who is invited.
    pub invitee: Invitee,
    /// Where it stands.
    pub status: InvitationState,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// How often a link was sent. Only the last one is good.
    pub sends: i64,
    /// When the link was last sent.
    pub sent_at: Timestamp,
    /// The invitation of whoever sends this person in their place.
    pub delegated_from: Option<BriefingInvitationId>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// What was said with the answer.
    pub note: Option<String>,
    /// The registration that was made of it.
    pub registration_id: Option<RegistrationId>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl BriefingInvitation {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, briefing: &Briefing, scope: &Scope, now: Timestamp) -> Self {
        let status = row.state(briefing, now);
        let expires_at = row.ends_at(briefing);
        let is_open = matches!(status, InvitationState::Pending | InvitationState::Expired);
        let mut allowed_actions = Vec::new();
        if is_open && scope.may(Permission::InvitationsWrite, &row.organization_id) {
            allowed_actions.extend(["resend", "revoke"].map(str::to_owned));
        }
        Self {
            id: row.id,
            briefing_id: row.briefing_id,
            organization_id: row.organization_id,
            invitee: Invitee {
                name: row.name,
                email: row.email,
                title: row.title,
            },
            status,
            expires_at,
            sends: row.sends,
            sent_at: row.sent_at,
            delegated_from: row.delegated_from,
            answered_at: row.answered_at,
            note: row.note,
            registration_id: row.registration_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions,
        }
    }
}

crate::text_enum! {
    /// The orders the list of invitations has.
    pub enum BriefingInvitationSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which invitations are wanted.
    "briefing-invitations" BriefingInvitationQuery sorted by BriefingInvitationSort {
        /// Where they stand.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<InvitationState>,
        /// To people of this organization.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// Organizations that are alike. An organization is meant when everything that is said fits it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kinds": ["municipality"], "states": ["US-AZ"], "population_min": 100_000}))]
pub struct InvitationFilter {
    /// Of these kinds.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub kinds: Vec<OrganizationKind>,
    /// In these states, as ISO 3166-2 codes such as `US-AZ`.
    #[serde(default)]
    #[schema(max_items = 100, required = false, value_type = Vec<crate::briefings::wire::StateCode>)]
    pub states: Vec<String>,
    /// With so many inhabitants or more.
    #[serde(default)]
    #[schema(nullable = false, minimum = 0, maximum = 10_000_000_000_i64)]
    pub population_min: Option<i64>,
    /// With so many inhabitants or fewer.
    #[serde(default)]
    #[schema(nullable = false, minimum = 0, maximum = 10_000_000_000_i64)]
    pub population_max: Option<i64>,
}

impl InvitationFilter {
    /// Whether it says nothing, and so means everyone.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kinds.is_empty()
            && self.states.is_empty()
            && self.population_min.is_none()
            && self.population_max.is_none()
    }
}

/// A person who is invited by name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitedPerson {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Where the person is reached.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    pub email: String,
    /// Office or function.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\r\n]*$")]
    pub title: Option<String>,
    /// The organization that the person belongs to.
    pub organization_id: OrganizationId,
}

/// Who is to be invited. An organization is reached through its leaders and staff with an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization_ids": ["org_01jz8k2m4n6p8q0r2s4t6v8w0x"],
    "people": [{"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff",
                "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x"}]
}))]
pub struct CreateBriefingInvitations {
    /// Organizations by name.
    #[serde(default)]
    #[schema(max_items = 5_000, required = false)]
    pub organization_ids: Vec<OrganizationId>,
    /// Organizations that are alike.
    #[serde(default)]
    #[schema(nullable = false)]
    pub filter: Option<InvitationFilter>,
    /// People by name.
    #[serde(default)]
    #[schema(max_items = 1_000, required = false)]
    pub people: Vec<InvitedPerson>,
    /// Until when the invitations can be answered; until registration closes when not given.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Counts without inviting anybody.
    #[serde(default)]
    #[schema(required = false)]
    pub dry_run: bool,
}

/// An organization at which nobody can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnreachableOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// What became of inviting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "created": 2, "already_invited": 0, "already_registered": 0,
    "unreachable": [{"id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Springfield"}], "dry_run": false
}))]
pub struct InvitationsCreated {
    /// People who were invited, or would be.
    pub created: i64,
    /// People who are invited already, whatever they answered. Nothing is sent to them.
    pub already_invited: i64,
    /// People who are registered and need no invitation.
    pub already_registered: i64,
    /// Organizations with nobody who has an account.
    pub unreachable: Vec<UnreachableOrganization>,
    /// Whether nothing was done but counting.
    pub dry_run: bool,
}

/// How an invitation is sent again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ResendInput {
    /// Until when it can be answered now; as before when not given.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

crate::text_enum! {
    /// What can be answered.
    pub enum InvitationAnswer {
        /// One comes.
        Accept => "accept",
        /// One does not come.
        Decline => "decline",
        /// Somebody else is to come.
        Delegate => "delegate",
    }
}

/// What whoever accepts says of themselves; what is left out stays as the invitation says.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendeeDetails {
    /// The full name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// Office or function.
    #[schema(max_length = 200, pattern = r"^[^\r\n]*$")]
    pub title: Option<String>,
    /// What one needs, such as a sign-language interpreter.
    #[schema(max_length = 1000)]
    pub accommodations: Option<String>,
}

/// Who is to come in one's place.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegate {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Where the person is reached.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    pub email: String,
    /// Office or function.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\r\n]*$")]
    pub title: Option<String>,
}

/// An answer to an invitation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answer": "accept", "attendee": {"accommodations": "Step-free access"}}))]
pub struct AnswerInvitation {
    /// The answer.
    pub answer: InvitationAnswer,
    /// With `accept`: what one says of oneself.
    #[schema(nullable = false)]
    pub attendee: Option<AttendeeDetails>,
    /// With `delegate`: who is to come.
    #[schema(nullable = false)]
    pub delegate: Option<Delegate>,
    /// What one says with it.
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

impl AnswerInvitation {
    /// What belongs to another answer is not there, and what belongs to this one is.
    ///
    /// # Errors
    ///
    /// 422 with every broken rule.
    pub fn check(&self) -> Result<(), Problem> {
        let mut faults = Faults::default();
        let delegates = self.answer == InvitationAnswer::Delegate;
        faults.require(
            self.delegate.is_some() || !delegates,
            "/delegate",
            "required",
            "is required with this answer",
        );
        faults.require(
            self.delegate.is_none() || delegates,
            "/delegate",
            "not_applicable",
            "does not go with this answer",
        );
        faults.require(
            self.attendee.is_none() || self.answer == InvitationAnswer::Accept,
            "/attendee",
            "not_applicable",
            "does not go with this answer",
        );
        faults.finish()
    }
}
