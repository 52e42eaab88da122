//! What whoever has a link sees and sends.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::briefings::appointment::may_be_told;
use crate::briefings::invitations::answer::Answered;
use crate::briefings::invitations::model::{Invitation as Row, InvitationState};
use crate::briefings::invitations::wire::{
    AnswerInvitation, AttendeeDetails, Delegate, InvitationAnswer, Invitee,
};
use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::{Briefing, BriefingFormat};
use crate::briefings::registrations::model::RegistrationStatus;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeSchema};

/// The token of a link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "chb_an0pAQ7sVbX9mC3dE5fG7hJ9kL1nM3pQ5rS7tU9vW1x"}))]
pub struct LinkToken {
    /// What stands after the `#` of the link.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
}

/// An answer by a link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "chb_an0pAQ7sVbX9mC3dE5fG7hJ9kL1nM3pQ5rS7tU9vW1x", "answer": "accept"}))]
pub struct LinkAnswer {
    /// What stands after the `#` of the link.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
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

impl LinkAnswer {
    /// The token and the answer.
    #[must_use]
    pub fn parts(&self) -> (&str, AnswerInvitation) {
        let answer = AnswerInvitation {
            answer: self.answer,
            attendee: self.attendee.clone(),
            delegate: self.delegate.clone(),
            note: self.note.clone(),
        };
        (&self.token, answer)
    }
}

/// What a link invites to, and whom. Of controlled information it tells the time alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "invitee": {"name": "Ana Ruiz", "email": "ana.ruiz@phoenix.example.gov", "title": "Chief of Staff"},
    "title": "Semiconductor supply chains", "topic": "trade", "summary": null, "format": "hybrid",
    "starts_at": {"local": "2027-03-10T10:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T17:00:00Z"},
    "ends_at": {"local": "2027-03-10T11:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T18:00:00Z"},
    "place": "Phoenix City Hall, 200 W Washington St, Phoenix, AZ 85003", "briefing_status": "published",
    "registration_open": true, "expires_at": "2027-03-10T17:00:00Z", "may_delegate": true
}))]
pub struct InvitationLinkView {
    /// Who is invited.
    pub invitee: Invitee,
    /// What the briefing is called.
    pub title: Option<String>,
    /// What it is about, in a word or two.
    pub topic: Option<String>,
    /// What it is about.
    pub summary: Option<String>,
    /// Where people meet.
    pub format: BriefingFormat,
    /// When it starts.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// The room.
    pub place: Option<String>,
    /// Where the briefing stands.
    pub briefing_status: BriefingStatus,
    /// Whether one can accept or delegate now. One can decline as long as the link is good.
    pub registration_open: bool,
    /// Until when the link is good.
    pub expires_at: Timestamp,
    /// Whether one may send somebody else: not when one is sent oneself.
    pub may_delegate: bool,
}

impl InvitationLinkView {
    /// What the link of this invitation shows.
    #[must_use]
    pub fn of(briefing: Briefing, row: Row, place: Option<String>, is_open: bool) -> Self {
        let is_told = may_be_told(&briefing);
        Self {
            expires_at: row.ends_at(&briefing),
            may_delegate: row.delegated_from.is_none(),
            invitee: Invitee {
                name: row.name,
                email: row.email,
                title: row.title,
            },
            starts_at: briefing.zoned(briefing.starts_at),
            ends_at: briefing.zoned(briefing.ends_at),
            title: is_told.then_some(briefing.title),
            topic: is_told.then_some(briefing.topic),
            summary: briefing.summary.filter(|_| is_told),
            format: briefing.format,
            place: place.filter(|_| is_told),
            briefing_status: briefing.status,
            registration_open: is_open,
        }
    }
}

/// What an answer led to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "accepted", "registration": "confirmed"}))]
pub struct InvitationAnswered {
    /// Where the invitation stands now.
    pub status: InvitationState,
    /// After `accept`: whether one has a seat or waits for one.
    pub registration: Option<RegistrationStatus>,
}

impl InvitationAnswered {
    /// What this answer led to.
    #[must_use]
    pub fn of(answered: &Answered, now: Timestamp) -> Self {
        Self {
            status: answered.invitation.state(&answered.briefing, now),
            registration: answered.registration.as_ref().map(|row| row.status),
        }
    }
}
